"""Released months: computed from snapshots, sealed as folders, served as files and as rows."""
