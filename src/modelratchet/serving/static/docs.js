// The page at "/docs": shows docs.json. No validator is asked, for that would tell a third party of this server.

SwaggerUIBundle({
  url: new URL("docs.json", document.baseURI).href,
  dom_id: "#routes",
  deepLinking: true,
  validatorUrl: null,
  defaultModelsExpandDepth: 0,
});
