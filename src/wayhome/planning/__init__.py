"""Case and science together: what each product needs of a case, and the products themselves."""
