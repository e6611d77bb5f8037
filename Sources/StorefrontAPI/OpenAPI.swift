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
      "/livez": ["get": plain("livez", "Whether the process lives", "text/plain")],
      "/readyz": ["get": readiness],
      "/metrics": ["get": plain("metrics", "Metrics in Prometheus's text format", "text/plain")],
      "/openapi.json": ["get": plain("openapi", "This document", "application/json")],
    ],
    "components": ["schemas": .object(OpenAPISchemas.all)],
  ]

  private static let search: JSONValue = [
    "operationId": "search", "summary": "Find products",
    "parameters": [
      parameter(
        "q", "The words as the shopper typed them; empty or absent: browse", ["type": "string", "maxLength": 300]),
      [
        "name": "filter", "in": "query", "style": "form", "explode": true,
        "description":
          "code:value, repeatable. Values of one code widen, codes narrow. category:12, brand:Xerox, price:10..50, rating:4, stock:yes, reduced:yes, or an attribute: colour:Red, screen_size:13..16",
        "schema": ["type": "array", "maxItems": 100, "items": ["type": "string", "examples": ["colour:Red"]]],
      ],
      parameter("price_min", "The lowest price, as 12 or 12.50", ["type": "string"]),
      parameter("price_max", "The highest price, as 12 or 12.50", ["type": "string"]),
      parameter(
        "sort", "The order",
        [
          "type": "string", "default": "relevance",
          "enum": ["relevance", "price_asc", "price_desc", "newest", "rating", "bestselling", "discount"],
        ]),
      parameter(
        "page", "From 1; page times page_size reaches 10,000 at most", ["type": "integer", "minimum": 1, "default": 1]),
      parameter("page_size", "Products a page", ["type": "integer", "minimum": 1, "maximum": 100, "default": 24]),
      parameter(
        "exact", "Whether to search the words as typed, without correcting their spelling when nothing has them all",
        ["type": "boolean", "default": false]),
      [
        "name": "ignore", "in": "query", "style": "form", "explode": true,
        "description": "A member of understood that is to be searched as words, as its ignore names it: colour:Red",
        "schema": ["type": "array", "maxItems": 20, "items": ["type": "string", "examples": ["colour:Red"]]],
      ],
      parameter("why", "Whether to say how the query was understood", ["type": "boolean", "default": false]),
    ],
    "responses": responses("SearchPage", "400", "503"),
  ]

  private static let suggest: JSONValue = [
    "operationId": "suggest", "summary": "Complete what is being typed",
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

  private static func parameter(_ name: String, _ description: String, _ schema: JSONValue) -> JSONValue {
    ["name": .string(name), "in": "query", "description": .string(description), "schema": schema]
  }

  private static func plain(_ id: String, _ summary: String, _ type: String) -> JSONValue {
    [
      "operationId": .string(id), "summary": .string(summary),
      "responses": ["200": ["description": .string(summary), "content": .object([type: [:]])]],
    ]
  }

  private static func content(_ description: String, _ schema: JSONValue, type: String = "application/json")
    -> JSONValue
  {
    ["description": .string(description), "content": .object([type: ["schema": schema]])]
  }

  private static func responses(_ schema: String, _ problems: String...) -> JSONValue {
    var result: JSONObject = ["200": content("Done", ["$ref": .string("#/components/schemas/\(schema)")])]
    for status in problems {
      result[status] = content(
        "A problem", ["$ref": "#/components/schemas/Problem"], type: "application/problem+json")
    }
    return .object(result)
  }
}
