import CustomerInsight
import JSON

extension OpenAPI {
  static let customerSegments = staffOperation(
    "customerSegments", "The segments of customers with size, worth and churn", "CustomerSegments")
  static let customerSegment = staffOperation(
    "customerSegment", "The customers of a segment, without its holdout unless asked for", "CustomerSegment",
    description: "Customers stand as pseudonyms. People who were forgotten are in no list.",
    of: [
      [
        "name": "name", "in": "path", "required": true, "description": "The segment: at-risk",
        "schema": ["type": "string"],
      ]
    ],
    [
      parameter(
        "limit", "How many at most",
        ["type": "integer", "minimum": 1, "maximum": .int(Int64(CustomerInsight.maxListed)), "default": 100]),
      parameter("holdout", "Whether the held-out are listed too", ["type": "string", "enum": ["yes", "no"]]),
      parameter("after", "next_after of the page before", ["type": "string", "pattern": "^[0-9a-f]{16}$"]),
    ])
}

extension OpenAPISchemas {
  private static let optionalNumber: JSONValue = ["type": ["number", "null"]]
  private static let optionalText: JSONValue = ["type": ["string", "null"]]

  static let customers: JSONObject = [
    "CustomerSegments": object([
      "counted_at": optionalText, "data_through": optionalText, "data_digest": optionalText, "currency": string,
      "figures": ["type": "object", "additionalProperties": number], "notes": array(string),
      "segments": array(
        object([
          "segment": string, "name": string, "customers": integer, "holdout": integer,
          "spent_minor_units": integer, "worth_minor_units": integer, "mean_churn": optionalNumber,
        ])),
    ]),
    "CustomerSegment": object([
      "segment": string, "name": string,
      "customers": array(
        object([
          "customer": string, "purchases": integer, "first_purchase": string, "last_purchase": string,
          "spent_minor_units": integer, "recency": integer, "frequency": integer, "monetary": integer,
          "probability_alive": optionalNumber, "worth_minor_units": ["type": ["integer", "null"]],
          "churn": optionalNumber, "churn_reasons": array(string), "is_holdout": boolean,
        ])),
      "next_after": optionalText,
    ]),
  ]
}
