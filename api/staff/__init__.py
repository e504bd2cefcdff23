"""Staff sign in here, by password and code or by the office's identity provider; accounts and audit are kept."""
