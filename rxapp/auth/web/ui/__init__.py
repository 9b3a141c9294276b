"""The building blocks of pages: fields, forms, styles and components."""
