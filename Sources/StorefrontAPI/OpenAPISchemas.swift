import JSON

/// The schemas of what `SearchJSON` writes; a test validates real answers against them.
enum OpenAPISchemas {
  static let all: JSONObject = [
    "SearchPage": searchPage, "Recognition": recognition, "Why": why, "ProductCard": productCard, "Facet": facet,
    "Price": price, "Rating": rating,
    "Suggestions": suggestions, "ProductPage": productPage, "Variant": variant, "Attribute": attribute,
    "CategoryTree": object(["categories": array(ref("Category"))]),
    "Category": object(["id": id, "slug": string, "name": string, "children": array(ref("Category"))]),
    "Readiness": object([
      "ready": boolean, "checks": ["type": "object", "additionalProperties": ["enum": ["ok", "down"]]],
    ]),
    "Problem": object(
      ["type": string, "title": string, "status": integer, "code": string, "detail": string, "instance": string],
      isOpen: true),
  ]

  private static let string: JSONValue = ["type": "string"]
  private static let integer: JSONValue = ["type": "integer"]
  private static let number: JSONValue = ["type": "number"]
  private static let boolean: JSONValue = ["type": "boolean"]
  private static let id: JSONValue = ["type": "string", "pattern": "^[0-9]+$"]
  private static func array(_ items: JSONValue) -> JSONValue { ["type": "array", "items": items] }
  private static func ref(_ name: String) -> JSONValue { ["$ref": .string("#/components/schemas/\(name)")] }

  /// An object whose members are all required but those named optional.
  private static func object(_ members: JSONObject, optional: Set<String> = [], isOpen: Bool = false) -> JSONValue {
    var schema: JSONObject = [
      "type": "object", "properties": .object(members),
      "required": .array(members.names.filter { !optional.contains($0) }.map { .string($0) }),
    ]
    if !isOpen { schema["additionalProperties"] = false }
    return .object(schema)
  }

  private static let searchPage = object(
    [
      "query": string, "original_query": string, "corrected_query": string,
      "relaxed_to": ["enum": ["most_words", "any_word", "category"]], "dropped_words": array(string),
      "excluded": array(string), "redirect": string, "understood": array(ref("Recognition")), "why": ref("Why"),
      "total": object(["value": integer, "is_exact": boolean]), "sort": string, "page": integer, "page_size": integer,
      "page_count": integer, "products": array(ref("ProductCard")), "facets": array(ref("Facet")),
      "degraded": array(string), "took_ms": number,
    ],
    optional: [
      "original_query", "corrected_query", "relaxed_to", "dropped_words", "excluded", "redirect", "understood", "why",
    ])

  /// Something that the query names, and what `ignore=` takes to search it as words.
  private static let recognition = object(
    [
      "kind": ["enum": ["brand", "category", "colour", "size", "attribute", "measure", "price"]], "label": string,
      "words": string, "is_filter": boolean, "ignore": string,
    ])

  /// How the query was understood, step by step, and the engine's query.
  private static let why = object(
    [
      "steps": array(object(["step": string, "detail": string])), "language": string,
      "query": ["type": "object"],
    ], optional: ["language", "query"])

  private static let productCard = object(
    [
      "id": id, "code": string, "title": string, "brand": string, "url": string, "picture": string,
      "price": ["oneOf": [ref("Price"), ["type": "null"]]], "is_price_from": boolean, "is_in_stock": boolean,
      "rating": ref("Rating"), "variant_count": integer, "score": number,
    ], optional: ["brand", "picture", "rating", "score"])

  private static let price = object(
    [
      "amount": ["type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?$"], "minor_units": integer,
      "currency": ["type": "string", "pattern": "^[A-Z]{3}$"], "price_list": string, "was_amount": string,
      "was_minor_units": integer,
    ], optional: ["was_amount", "was_minor_units"])

  private static let rating = object(["average": number, "count": integer])

  private static let facet = object(
    [
      "code": string, "name": string, "unit": string, "kind": ["enum": ["values", "swatches", "ranges", "categories"]],
      "lowest_minor_units": integer, "highest_minor_units": integer,
      "values": array(
        object(
          [
            "value": string, "label": string, "count": integer, "is_selected": boolean, "hex": string,
            "depth": integer,
          ], optional: ["hex", "depth"])),
    ], optional: ["unit", "lowest_minor_units", "highest_minor_units"])

  private static let suggestions = object([
    "query": string,
    "products": array(object(["id": id, "title": string, "picture": string], optional: ["picture"])),
    "categories": array(object(["id": id, "slug": string, "name": string, "count": integer])),
    "brands": array(object(["name": string, "count": integer])),
  ])

  private static let attribute = object(
    ["code": string, "name": string, "unit": string, "type": string, "values": ["type": "array"]], optional: ["unit"])

  private static let variant = object(
    [
      "id": id, "sku": string, "gtin": string, "options": array(ref("Attribute")), "picture": string,
      "price": ["oneOf": [ref("Price"), ["type": "null"]]], "is_in_stock": boolean,
    ], optional: ["gtin", "picture"])

  private static let productPage = object(
    [
      "id": id, "code": string, "title": string, "summary": string, "brand": string,
      "categories": array(array(object(["id": id, "slug": string, "name": string]))),
      "attributes": array(ref("Attribute")), "variants": array(ref("Variant")), "pictures": array(string),
      "price": ["oneOf": [ref("Price"), ["type": "null"]]], "is_in_stock": boolean, "rating": ref("Rating"),
      "released_at": string, "updated_at": string, "degraded": array(string),
    ], optional: ["brand", "rating", "released_at", "updated_at"])
}
