"""What people are told before they answer, by channel and version: data, frozen like the questionnaires."""
