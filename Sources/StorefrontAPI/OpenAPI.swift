public import JSON

/// The API's description, OpenAPI 3.1; `docs/reference/openapi.json` is this document, and a test keeps them equal.
public enum OpenAPI {
  public static let document: JSONValue = [
    "openapi": "3.1.0",
    "info": [
      "title": "Vitrine storefront API", "version": "1",
      "description":
        "Search, suggestions, products and categories of a shop. Ids are strings, money is in minor units.",
      "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
    ],
    "paths": [
      "/v1/search": ["get": search],
      "/v1/suggest": ["get": suggest],
      "/v1/products/{id}": ["get": product],
      "/v1/categories": ["get": categories],
      "/v1/categories/{slug}": ["get": category],
      "/v1/brands/{slug}": ["get": brand],
      "/v1/facets/{code}/values": ["get": facetValues],
      "/v1/recommendations": ["get": recommendations],
      "/v1/events": ["post": events],
      "/v1/me/history": ["get": ownHistory, "delete": eraseOwnHistory],
      "/v1/sign-ins": ["post": signIn],
      "/v1/admin/search/analytics": ["get": searchAnalytics],
      "/v1/merchandising/versions": ["get": ruleVersions],
      "/v1/merchandising/versions/{number}": ["get": ruleVersion],
      "/v1/merchandising/rollback": ["post": rollBackRules],
      "/v1/merchandising/drafts": ["get": ruleDrafts, "post": beginDraft],
      "/v1/merchandising/drafts/{id}": ["get": ruleDraft, "put": saveDraft, "delete": deleteDraft],
      "/v1/merchandising/drafts/{id}/merge": ["post": mergeDraft],
      "/v1/merchandising/drafts/{id}/settle": ["post": settleDraft],
      "/v1/merchandising/drafts/{id}/publish": ["post": publishDraft],
      "/v1/merchandising/drafts/{id}/unschedule": ["post": unscheduleDraft],
      "/v1/merchandising/drafts/{id}/preview": ["get": previewDraft],
      "/v1/merchandising/drafts/{id}/impact": ["get": draftImpact],
      "/v1/merchandising/audit": ["get": auditLog],
      "/v1/pricing/proposals": ["get": priceProposals],
      "/v1/pricing/proposals/{id}": ["get": priceProposal],
      "/v1/pricing/rejections": ["post": rejectPrices],
      "/v1/pricing/publications": ["get": pricePublications, "post": publishPrices],
      "/v1/pricing/publications/{number}/rollback": ["post": rollBackPrices],
      "/v1/pricing/effects": ["get": priceEffects],
      "/v1/pricing/rules": ["get": priceRules, "put": publishPriceRules],
      "/v1/forecasts": ["get": forecasts],
      "/v1/forecasts/{id}": ["get": productForecast],
      "/v1/replenishment/plan": ["get": stockPlan],
      "/v1/replenishment/proposals": ["get": orderProposals],
      "/v1/replenishment/proposals/{id}": ["get": orderProposal, "put": changeProposal],
      "/v1/replenishment/proposals/{id}/order": ["post": orderFromSupplier],
      "/v1/replenishment/orders": ["get": purchaseOrders],
      "/v1/replenishment/orders/{number}": ["get": purchaseOrder],
      "/v1/replenishment/orders/{number}/receipts": ["post": receiveGoods],
      "/v1/replenishment/suppliers": ["get": supplierList, "post": saveSupplier],
      "/v1/experiments": ["get": experiments, "post": describeExperiment],
      "/v1/experiments/{name}": ["get": experiment, "delete": deleteExperiment],
      "/v1/experiments/{name}/reading": ["get": readExperiment],
      "/v1/experiments/{name}/start": ["post": startExperiment],
      "/v1/experiments/{name}/ramp": ["post": rampExperiment],
      "/v1/experiments/{name}/stop": ["post": stopExperiment],
      "/v1/analytics/metrics": ["get": metricCatalog],
      "/v1/analytics/metrics/{code}": ["get": metricFigure],
      "/v1/analytics/reports/{name}": ["get": shopReport],
      "/v1/customers/segments": ["get": customerSegments],
      "/v1/customers/segments/{name}": ["get": customerSegment],
      "/livez": ["get": plain("livez", "Whether the process lives", "text/plain")],
      "/readyz": ["get": readiness],
      "/metrics": ["get": plain("metrics", "Metrics in Prometheus's text format", "text/plain")],
      "/openapi.json": ["get": plain("openapi", "This document", "application/json")],
    ],
    "components": [
      "schemas": .object(OpenAPISchemas.all),
      "securitySchemes": [
        "apiToken": [
          "type": "http", "scheme": "bearer", "description": "A token that 'vitrine tokens add' makes",
        ],
        "staffSession": [
          "type": "apiKey", "in": "cookie", "name": "staff",
          "description":
            "The session of a signed-in browser; a request that changes something brings X-Form-Token too",
        ],
      ],
    ],
  ]

  private static let search: JSONValue = [
    "operationId": "search", "summary": "Find products", "parameters": .array(found + paging),
    "responses": responses("SearchPage", "400", "503"),
  ]

  private static let category: JSONValue = [
    "operationId": "category", "summary": "The products of a category, or of a virtual one, in its own order at first",
    "parameters": .array([slug("The category's, as /v1/categories gives it")] + found + paging),
    "responses": responses("SearchPage", "400", "404", "503"),
  ]

  private static let brand: JSONValue = [
    "operationId": "brand", "summary": "The products of a brand",
    "parameters": .array([slug("The brand's, as suggestions give it")] + found + paging),
    "responses": responses("SearchPage", "400", "404", "503"),
  ]

  private static let facetValues: JSONValue = [
    "operationId": "facetValues", "summary": "All values of a facet, or those with a word that begins so",
    "description":
      "The counts are those of the search's other filters, as in the facets of the search itself. sort is taken and changes nothing, so that a search's parameters can be handed on.",
    "parameters": .array(
      [
        [
          "name": "code", "in": "path", "required": true, "description": "brand, or an attribute's code",
          "schema": ["type": "string"],
        ],
        parameter("prefix", "What a word of the value begins with", ["type": "string", "maxLength": 100]),
        parameter(
          "limit", "Values at most", ["type": "integer", "minimum": 1, "maximum": 1000, "default": 100]),
        parameter(
          "listing", "The list whose facet it is: category/SLUG or brand/SLUG", ["type": "string"]),
      ] + found),
    "responses": responses("FacetValues", "400", "404", "503"),
  ]

  private static let events: JSONValue = [
    "operationId": "events", "summary": "Say what a shopper did: one event, or a list of them",
    "description":
      "The answer comes after the events are stored. Each is checked on its own: what is wrong with one is told in `refused`, and the others are taken; where none is taken the answer is 400. The same id is the same event. An event may be 7 days old. One about a product that the catalog does not have waits for it. Of a browser that wants no record (Sec-GPC, DNT) deeds are counted in sums only.",
    "requestBody": [
      "required": true, "content": ["application/json": ["schema": ["$ref": "#/components/schemas/Events"]]],
    ],
    "responses": [
      "202": content("Stored", ["$ref": "#/components/schemas/EventsTaken"]),
      "400": problem, "413": problem, "429": problem, "503": problem,
    ],
  ]

  private static let ownHistory: JSONValue = [
    "operationId": "ownHistory", "summary": "Everything that is stored about the visitor of the cookie",
    "responses": responses("OwnHistory", "401", "413", "503"),
  ]

  private static let signIn: JSONValue = [
    "operationId": "signIn", "summary": "Join a browser's visitor to the customer who signed in",
    "description":
      "For the retailer's own system, with an API token of the role service. From then on the visitor's past and future deeds are the customer's. It is repeatable; another customer's sign-in in the same browser takes the visitor over from then on.",
    "security": [["apiToken": []], ["staffSession": []]],
    "requestBody": [
      "required": true, "content": ["application/json": ["schema": ["$ref": "#/components/schemas/SignIn"]]],
    ],
    "responses": [
      "204": ["description": "Joined"], "400": problem, "401": problem, "404": problem, "413": problem, "429": problem,
      "503": problem,
    ],
  ]

  private static let eraseOwnHistory: JSONValue = [
    "operationId": "eraseOwnHistory", "summary": "Delete everything that is stored about the visitor of the cookie",
    "description": "The deeds stay in sums by day and product, which are about nobody.",
    "responses": responses("ErasedHistory", "401", "503"),
  ]

  private static let searchAnalytics: JSONValue = [
    "operationId": "searchAnalytics", "summary": "What shoppers searched for, and what came of it",
    "description":
      "A search is one visitor's query on one day (UTC), however often its pages were looked at. For the shop's staff.",
    "security": [["apiToken": []], ["staffSession": []]],
    "parameters": [
      parameter("days", "Days, today among them", ["type": "integer", "minimum": 1, "maximum": 365, "default": 30]),
      parameter(
        "limit", "Queries in each list at most", ["type": "integer", "minimum": 1, "maximum": 1000, "default": 20]),
    ],
    "responses": responses("SearchReport", "400", "401", "403", "404", "503"),
  ]

  private static func slug(_ description: String) -> JSONValue {
    [
      "name": "slug", "in": "path", "required": true, "description": .string(description),
      "schema": ["type": "string"],
    ]
  }

  /// The answer of a success.
  private static let found: [JSONValue] = [
    parameter(
      "q", "The words as the shopper typed them; empty or absent: browse", ["type": "string", "maxLength": 300]),
    [
      "name": "filter", "in": "query", "style": "form", "explode": true,
      "description":
        "code:value, repeatable. Values of one code widen, codes narrow. category:12, brand:Xerox, price:10..50, rating:4, stock:yes, reduced:yes, released:30d, or an attribute: colour:Red, screen_size:13..16. For forms, an end of an attribute's range may stand as min:screen_size=13 or max:screen_size=16",
      "schema": ["type": "array", "maxItems": 30, "items": ["type": "string", "examples": ["colour:Red"]]],
    ],
    parameter("price_min", "The lowest price, as 12 or 12.50", ["type": "string"]),
    parameter("price_max", "The highest price, as 12 or 12.50", ["type": "string"]),
    parameter(
      "exact", "Whether to search the words as typed, without correcting their spelling when nothing has them all",
      ["type": "boolean", "default": false]),
    [
      "name": "ignore", "in": "query", "style": "form", "explode": true,
      "description": "A member of understood that is to be searched as words, as its ignore names it: colour:Red",
      "schema": ["type": "array", "maxItems": 20, "items": ["type": "string", "examples": ["colour:Red"]]],
    ],
  ]

  /// How what is found is shown.
  private static let paging: [JSONValue] = [
    parameter(
      "sort", "The order; a list has its own where none is given",
      [
        "type": "string", "default": "relevance",
        "enum": ["relevance", "price_asc", "price_desc", "newest", "rating", "bestselling", "discount"],
      ]),
    parameter(
      "page", "From 1; page times page_size reaches 10,000 at most", ["type": "integer", "minimum": 1, "default": 1]),
    parameter("page_size", "Products a page", ["type": "integer", "minimum": 1, "maximum": 100, "default": 24]),
    parameter("why", "Whether to say how the query was understood", ["type": "boolean", "default": false]),
    parameter(
      "highlight", "Whether each product says which of its words were found", ["type": "boolean", "default": false]),
    parameter(
      "cursor",
      "next_cursor of the page before, alone: it holds the whole search, and reaches past 10,000 results. Its pages have no facets",
      ["type": "string"]),
  ]

  private static let suggest: JSONValue = [
    "operationId": "suggest", "summary": "Complete what is being typed, or what it was probably meant to be",
    "description": "Of a visitor's cookie, recent holds what the visitor searched for.",
    "parameters": [parameter("q", "What was typed so far", ["type": "string", "maxLength": 300])],
    "responses": responses("Suggestions", "400", "503"),
  ]

  private static let product: JSONValue = [
    "operationId": "product", "summary": "One product with its variants",
    "parameters": [
      [
        "name": "id", "in": "path", "required": true, "description": "The product's id, as search gives it",
        "schema": ["type": "string", "pattern": "^[0-9]+$"],
      ]
    ],
    "responses": responses("ProductPage", "404", "503"),
  ]

  private static let categories: JSONValue = [
    "operationId": "categories", "summary": "The category tree",
    "responses": responses("CategoryTree", "503"),
  ]

  private static let readiness: JSONValue = [
    "operationId": "readyz", "summary": "Whether the shop can serve",
    "responses": [
      "200": content("Ready", ["$ref": "#/components/schemas/Readiness"]),
      "503": content("Not ready", ["$ref": "#/components/schemas/Readiness"]),
    ],
  ]

  static func parameter(
    _ name: String, _ description: String, _ schema: JSONValue, isRequired: Bool = false
  ) -> JSONValue {
    var parameter: JSONObject = [
      "name": .string(name), "in": "query", "description": .string(description), "schema": schema,
    ]
    if isRequired { parameter["required"] = true }
    return .object(parameter)
  }

  private static func plain(_ id: String, _ summary: String, _ type: String) -> JSONValue {
    [
      "operationId": .string(id), "summary": .string(summary),
      "responses": ["200": ["description": .string(summary), "content": .object([type: [:]])]],
    ]
  }

  static func content(_ description: String, _ schema: JSONValue, type: String = "application/json")
    -> JSONValue
  {
    ["description": .string(description), "content": .object([type: ["schema": schema]])]
  }

  static func responses(_ schema: String, _ problems: String...) -> JSONValue {
    var result: JSONObject = ["200": content("Done", ["$ref": .string("#/components/schemas/\(schema)")])]
    for status in problems + ["429"] { result[status] = problem }
    return .object(result)
  }

  static let problem = content(
    "A problem", ["$ref": "#/components/schemas/Problem"], type: "application/problem+json")
}
