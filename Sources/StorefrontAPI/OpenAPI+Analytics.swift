import JSON
import Ports
import Reporting

extension OpenAPI {
  private static let days = [
    parameter("from", "The first day; else 28 days up to to", ["type": "string", "format": "date"]),
    parameter("to", "The last day; else yesterday", ["type": "string", "format": "date"]),
  ]

  private static func code(_ name: String, _ description: String) -> [JSONValue] {
    [
      [
        "name": .string(name), "in": "path", "required": true, "description": .string(description),
        "schema": ["type": "string"],
      ]
    ]
  }

  static let metricCatalog = staffOperation(
    "metrics", "The catalogue of metrics: name, formula, unit and dimensions", "Metrics")
  static let metricFigure = staffOperation(
    "metric", "A figure of a period, with that of the days before and of the year before", "MetricFigure",
    description:
      "Money is in minor units of the shop's currency, a share is of 1. A metric without the dimension day is of now. With format=csv the parts come as text/csv.",
    of: code("code", "The metric's code"),
    days + [
      parameter(
        "by", "Take the figure apart",
        ["type": "string", "enum": .array(Metric.Dimension.allCases.map { .string($0.rawValue) })]),
      parameter(
        "limit", "Parts at most",
        ["type": "integer", "minimum": 1, "maximum": .int(Int64(Reporting.maxParts)), "default": 100]),
      parameter("format", "json or csv", ["type": "string", "enum": ["json", "csv"], "default": "json"]),
    ])
  static let shopReport = staffOperation(
    "shopReport", "A report in sentences, each with how sure it is", "ShopReport",
    of: code("name", "performance, customers, inventory, roi or growth"), days)
}

extension OpenAPISchemas {
  private static let optionalNumber: JSONValue = ["type": ["number", "null"]]
  private static let optionalText: JSONValue = ["type": ["string", "null"]]

  static let analytics: JSONObject = [
    "Metric": object([
      "code": string, "title": string, "formula": string, "unit": string,
      "is_better_higher": ["type": ["boolean", "null"]], "by": array(string),
    ]),
    "Metrics": object(["counted_at": optionalText, "currency": string, "metrics": array(ref("Metric"))]),
    "MetricFigure": object(
      [
        "metric": ref("Metric"), "from": string, "to": string, "counted_at": optionalText, "value": optionalNumber,
        "previous": optionalNumber, "year_before": optionalNumber,
        "parts": array(object(["key": string, "name": string, "value": optionalNumber])),
      ], optional: ["parts"]),
    "ShopReport": object([
      "report": string, "title": string, "from": string, "to": string,
      "sections": array(
        object([
          "title": string, "sentences": array(object(["text": string, "certainty": string])),
          "table": [
            "oneOf": [object(["heading": array(string), "rows": array(array(string))]), ["type": "null"]]
          ],
        ])),
    ]),
  ]
}
