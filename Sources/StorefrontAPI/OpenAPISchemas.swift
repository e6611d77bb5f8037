import JSON
import Ports

/// The schemas of what `SearchJSON` writes; a test validates real answers against them.
enum OpenAPISchemas {
  static let all = JSONObject(
    shop.members + recommendations.members + merchandising.members + pricing.members + replenishment.members
      + experiments.members + analytics.members + customers.members)

  private static let shop: JSONObject = [
    "SearchPage": searchPage, "Recognition": recognition, "Why": why, "ProductCard": productCard, "Facet": facet,
    "Price": price, "Rating": rating,
    "Suggestions": suggestions, "ProductPage": productPage, "Variant": variant, "Attribute": attribute,
    "FacetValues": object(["prefix": string, "total": integer, "is_cut": boolean, "facet": ref("Facet")]),
    "CategoryTree": object([
      "categories": array(ref("Category")),
      "virtual": array(object(["slug": string, "name": string, "summary": string], optional: ["summary"])),
    ]),
    "Category": object(["id": id, "slug": string, "name": string, "children": array(ref("Category"))]),
    "Events": ["oneOf": [ref("Event"), object(["events": events])]], "Event": event,
    "EventsTaken": object([
      "accepted": integer, "repeated": integer, "unknown_products": integer,
      "refused": array(
        object(["type": string, "title": string, "index": integer, "pointer": string, "detail": string])),
    ]),
    "OwnHistory": object(["records": array(object(["record": string], isOpen: true))]),
    "SignIn": object(["customer": string, "visitor_cookie": string]),
    "ErasedHistory": object(["erased": ["type": "object", "additionalProperties": integer]]),
    "SearchReport": object(
      [
        "days": integer, "counted_at": string, "totals": figures(), "before": figures(),
        "by_day": array(figures(["day": ["type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"]])),
        "popular": reportedQueries, "unanswered": reportedQueries, "seldom_clicked": reportedQueries,
      ], optional: ["counted_at"]),
    "Readiness": object([
      "ready": boolean,
      "checks": ["type": "object", "additionalProperties": ["enum": ["ok", "down", "stale", "warming"]]],
    ]),
    "Problem": object(
      ["type": string, "title": string, "status": integer, "code": string, "detail": string, "instance": string],
      isOpen: true),
  ]

  static let string: JSONValue = ["type": "string"]
  static let integer: JSONValue = ["type": "integer"]
  static let number: JSONValue = ["type": "number"]
  static let boolean: JSONValue = ["type": "boolean"]
  static let id: JSONValue = ["type": "string", "pattern": "^[0-9]+$"]
  static func array(_ items: JSONValue) -> JSONValue { ["type": "array", "items": items] }
  static func ref(_ name: String) -> JSONValue { ["$ref": .string("#/components/schemas/\(name)")] }

  /// An object whose members are all required but those named optional.
  static func object(_ members: JSONObject, optional: Set<String> = [], isOpen: Bool = false) -> JSONValue {
    var schema: JSONObject = [
      "type": "object", "properties": .object(members),
      "required": .array(members.names.filter { !optional.contains($0) }.map { .string($0) }),
    ]
    if !isOpen { schema["additionalProperties"] = false }
    return .object(schema)
  }

  private static let searchID: JSONValue = ["type": "string", "pattern": "^[0-9a-f]{16}$"]

  private static let events: JSONValue = [
    "type": "array", "minItems": 1, "maxItems": .int(Int64(EventReader.Limits.events)), "items": ref("Event"),
  ]

  /// Members by type: docs/explain/behaviour.md.
  private static let event = object(
    [
      "type": [
        "enum": .array(
          InteractionKind.allCases.filter { $0 != .returned }.map { .string($0.rawValue) } + ["search", "impression"])
      ],
      "id": ["type": "string", "format": "uuid"], "at": ["type": "string", "format": "date-time"], "product_id": id,
      "sku": string, "quantity": integer, "price": object(["amount_minor": integer, "currency": string]),
      "stars": ["type": "number", "minimum": 1, "maximum": 5], "search_id": searchID, "list_id": searchID,
      "position": integer, "placement": string, "order": string, "ranked_by": string, "first_position": integer,
      "products": array(id), "query": string, "total": integer, "filters": integer,
    ],
    optional: [
      "id", "at", "product_id", "sku", "quantity", "price", "stars", "search_id", "list_id", "position", "placement",
      "order", "ranked_by", "first_position", "products", "query", "total", "filters",
    ], isOpen: true)

  /// Of searches, beside what they are the figures of.
  private static func figures(_ subject: JSONObject = [:], optional: Set<String> = []) -> JSONValue {
    var members = subject
    for name in ["searches", "found_nothing", "relaxed", "corrected", "clicked"] { members[name] = integer }
    members["click_through"] = number
    members["mean_reciprocal_rank"] = number
    return object(members, optional: optional.union(["click_through", "mean_reciprocal_rank"]))
  }

  private static let reportedQueries = array(
    figures(["query": string, "then_found": array(string)], optional: ["then_found"]))

  private static let searchPage = object(
    [
      "search_id": searchID, "query": string, "original_query": string, "corrected_query": string,
      "relaxed_to": ["enum": ["every_word_first", "most_words", "any_word", "category", "any_price", "mentioned"]],
      "dropped_words": array(string), "absent_words": array(string),
      "excluded": array(string), "redirect": string, "understood": array(ref("Recognition")), "why": ref("Why"),
      "listing": object(
        ["kind": ["enum": ["category", "brand", "virtual"]], "slug": string, "name": string, "summary": string],
        optional: ["summary"]),
      "total": object(["value": integer, "is_exact": boolean]), "sort": string, "page": integer, "page_size": integer,
      "page_count": integer, "next_cursor": string, "products": array(ref("ProductCard")),
      "facets": array(ref("Facet")),
      "degraded": array(string), "took_ms": number,
    ],
    optional: [
      "search_id", "original_query", "corrected_query", "relaxed_to", "dropped_words", "absent_words", "excluded",
      "redirect",
      "understood", "why",
      "listing", "next_cursor",
    ])

  /// Something that the query names, and what `ignore=` takes to search it as words.
  private static let recognition = object(
    [
      "kind": ["enum": ["brand", "category", "colour", "size", "attribute", "measure", "price"]], "label": string,
      "words": string, "is_filter": boolean, "ignore": string,
    ])

  /// How the query was understood, step by step, the engine's query, and how the model ranked what is shown.
  private static let why = object(
    [
      "steps": array(object(["step": string, "detail": string])), "language": string,
      "query": ["type": "object"],
      "ranking": object([
        "model": string,
        "products": array(
          object([
            "id": id,
            "features": array(object(["name": string, "value": number, "part": number], optional: ["part"])),
          ])),
      ]),
    ], optional: ["language", "query", "ranking"])

  private static let productCard = object(
    [
      "id": id, "code": string, "title": string, "brand": string, "url": string, "picture": string,
      "price": ["oneOf": [ref("Price"), ["type": "null"]]], "is_price_from": boolean, "is_in_stock": boolean,
      "rating": ref("Rating"),
      "variant": object(["id": id, "sku": string, "options": array(option)]), "variant_count": integer,
      "choices": array(
        object(
          [
            "code": string, "name": string, "meant": string,
            "values": array(object(["label": string, "hex": string], optional: ["hex"])),
          ], optional: ["meant"])),
      "highlight": object(["title": highlighted, "summary": highlighted], optional: ["title", "summary"]),
      "score": number,
    ], optional: ["brand", "picture", "rating", "variant", "highlight", "score"])

  private static let option = object(["code": string, "name": string, "value": string])
  private static let highlighted = array(object(["text": string, "is_found": boolean]))

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
      "values": array(
        object(
          [
            "value": string, "label": string, "count": integer, "is_selected": boolean, "hex": string,
            "depth": integer,
          ], optional: ["hex", "depth"])),
      "has_more": boolean,
      // Of prices in minor units.
      "spread": object(
        [
          "lowest": number, "highest": number, "chosen_lower": number, "chosen_upper": number,
          "bars": array(object(["from": number, "to": number, "count": integer])),
        ], optional: ["chosen_lower", "chosen_upper"]),
    ], optional: ["unit", "spread"])

  private static let suggestions = object([
    "query": string, "recent": array(string), "queries": array(string), "corrections": array(string),
    "products": array(
      object(
        ["id": id, "title": string, "picture": string, "price": ref("Price"), "price_text": string],
        optional: ["picture", "price", "price_text"])),
    "categories": array(
      object(["id": id, "slug": string, "name": string, "count": integer], optional: ["id", "count"])),
    "brands": array(object(["name": string, "slug": string, "count": integer], optional: ["slug"])),
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
