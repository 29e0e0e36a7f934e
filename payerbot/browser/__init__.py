"""The only place that knows Playwright: everybody else gets our own elements, screens and errors."""
