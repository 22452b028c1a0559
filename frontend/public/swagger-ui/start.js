// /api/docs loads this after the bundle; the description comes from the program itself.
SwaggerUIBundle({ url: "/api/openapi.json", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null });
