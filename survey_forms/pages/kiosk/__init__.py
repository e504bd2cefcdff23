"""The page of a kiosk tablet: plain modules for the browser, a service worker, and how they become one version."""
