"""The window: pages, dialogs, tables, widgets and theme. The only place, with jobs and app, that knows Qt."""
