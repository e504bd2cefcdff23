"""The pages that ask: templates, styles; a form goes in, HTML comes out."""
