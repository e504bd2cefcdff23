"""Sign-in by the office's identity provider: OpenID Connect, authorization code with PKCE, state and nonce."""
