"""The browser's side of the desk: routes, pictures, live changes, the built front end."""
