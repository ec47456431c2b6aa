"""The one place that knows everyone: settings → files → store → processes."""
