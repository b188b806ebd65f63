"""A report as a document, and its renderers: message, Markdown, HTML, PDF, DOCX."""
