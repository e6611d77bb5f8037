import JSON
import Recommendations
import Recommending

extension OpenAPI {
  static let recommendations: JSONValue = [
    "operationId": "recommendations", "summary": "Rows of recommended products for a place of the shop",
    "description":
      "Of a visitor's cookie, the rows follow what the visitor did. A row without products is left out; degraded names what was not to be had.",
    "parameters": [
      parameter(
        "placement", "The place that shows the rows",
        ["enum": .array(Placement.allCases.map { .string($0.rawValue) })], isRequired: true),
      parameter("product", "The product on screen", ["type": "string", "pattern": "^[0-9]+$"]),
      parameter("cart", "The products in the basket, with commas between, 100 at most", ["type": "string"]),
      parameter("category", "The slug of the category on screen", ["type": "string"]),
      parameter("limit", "Products of each row", ["type": "integer", "minimum": 1, "maximum": 50, "default": 12]),
      parameter(
        "kinds",
        "Rows to make in place of the place's own, with commas between: \(RecommendationKind.allCases.map(\.rawValue).joined(separator: ", "))",
        ["type": "string"]),
      parameter("price_min", "The lowest price, as 12 or 12.50", ["type": "string"]),
      parameter("price_max", "The highest price, as 12 or 12.50", ["type": "string"]),
      parameter(
        "device", "What shows the rows, for rules that ask for it; the browser's own hint unless given",
        ["enum": .array(DeviceClass.allCases.map { .string($0.rawValue) })]),
      parameter("why", "true takes each score apart", ["type": "string"]),
    ],
    "responses": responses("Recommendations", "400", "404", "503"),
  ]
}

extension OpenAPISchemas {
  static let recommendations: JSONObject = [
    "Recommendations": object(
      [
        "placement": string, "model": id, "degraded": array(string), "rows": array(ref("RecommendationRow")),
      ], optional: ["model"]),
    "RecommendationRow": object([
      "kind": ["enum": .array(RecommendationKind.allCases.map { .string($0.rawValue) })], "title": string,
      "products": array(ref("RecommendedProduct")),
    ]),
    "RecommendedProduct": object(
      [
        "id": id, "score": number, "is_explored": boolean, "reason": ref("RecommendationReason"),
        "product": ref("ProductCard"), "why": ref("ScoreExplanation"),
      ], optional: ["reason", "product", "why"]),
    "RecommendationReason": object(
      [
        "code": ["enum": .array(RecommendationReason.Code.allCases.map { .string($0.rawValue) })], "text": string,
        "product_id": id, "category_id": id,
      ], optional: ["product_id", "category_id"]),
    "ScoreExplanation": object([
      "base": number, "diversity_penalty": number, "parts": array(ref("ScorePart")), "rules": array(ref("ScorePart")),
      "contributions": array(object(["product_id": id, "share": number])),
    ]),
    "ScorePart": object(["name": string, "value": number]),
  ]
}
