"""The register: units in time and who follows whom, procedures, counters."""
