import JSON
import Ports
import Replenishment

extension OpenAPI {
  private static let limit = [
    parameter(
      "limit", "How many at most",
      ["type": "integer", "minimum": 1, "maximum": .int(Int64(Replenishment.maxListed)), "default": 100])
  ]

  static let forecasts = staffOperation(
    "forecasts", "The forecasts in use, with their provenance and backtest, by product", "Forecasts",
    description:
      "run is the newest forecast that the gate passed, last_run the newest one. A product whose history has a day that is not plausible has refused in place of a forecast.",
    limit + [parameter("after", "next_after of the page before", ["type": "string", "pattern": "^[0-9]+$"])])
  static let productForecast = staffOperation(
    "productForecast", "A product's history, forecast and plan, also by other terms", "ProductForecast",
    of: inPath("id", "The product's id"),
    [
      parameter(
        "service_level", "The probability of no stock-out before the next order",
        ["type": "number", "minimum": 0.5, "maximum": 0.999]),
      parameter("lead_time_days", "The supplier's delivery time", ["type": "number", "minimum": 0, "maximum": 365]),
    ])
  static let stockPlan = staffOperation(
    "stockPlan", "Products by urgency, money, overstock, or that cannot be planned", "StockPlan",
    limit + [
      parameter(
        "order", "The order", ["type": "string", "enum": .array(PlanOrder.allCases.map { .string($0.rawValue) })])
    ])
  static let orderProposals = staffOperation(
    "orderProposals", "The proposed orders by supplier, the most urgent first", "OrderProposals")
  static let orderProposal = staffOperation(
    "orderProposal", "The proposed order to a supplier with its lines", "OrderProposal",
    of: inPath("id", "The supplier's id"))
  static let changeProposal = staffOperation(
    "changeProposal", "Set the units of lines, in whole packs", "OrderProposal",
    description:
      "units maps product ids to units; lines that are not named stay. 409 where the proposal has another revision.",
    body: "OrderProposalChange", of: inPath("id", "The supplier's id"))
  static let orderFromSupplier = staffOperation(
    "orderFromSupplier", "Make the purchase order of a proposal, once", "PurchaseOrder",
    description: "409 where the proposal has another revision. Nothing is ordered where a line has no cost.",
    body: "OrderApproval", status: "201", of: inPath("id", "The supplier's id"))
  static let purchaseOrders = staffOperation(
    "purchaseOrders", "Purchase orders without their lines, newest first", "PurchaseOrders", limit)
  static let purchaseOrder = staffOperation(
    "purchaseOrder", "A purchase order with its lines", "PurchaseOrder", of: inPath("number", "The order's number"))
  static let receiveGoods = staffOperation(
    "receiveGoods", "Take the goods of an order into a warehouse's stock", "PurchaseOrder",
    description: "units maps SKUs to the units that came now. 409 where the order has another revision.",
    body: "GoodsReceipt", of: inPath("number", "The order's number"))
  static let supplierList = staffOperation("suppliers", "The suppliers with their terms and brands", "Suppliers")
  static let saveSupplier = staffOperation(
    "saveSupplier", "Add a supplier, or change the one of the same code", "Supplier", body: "SupplierTerms")
}

extension OpenAPISchemas {
  private static let optionalNumber: JSONValue = ["type": ["number", "null"]]
  private static let optionalText: JSONValue = ["type": ["string", "null"]]
  private static let amount = object(["amount": string, "minor_units": integer, "currency": string])
  private static let counts: JSONValue = ["type": "object", "additionalProperties": integer]

  private static let stockPlanRow = object([
    "product": id, "title": string, "supplier": optionalText, "class": string, "on_hand": integer,
    "on_order": integer, "daily_demand": number, "cover_days": optionalNumber, "stockout_day": optionalText,
    "earliest_stockout_day": optionalText, "stockout_probability": number, "sales_at_risk": amount,
    "overstock_units": integer, "overstock_cost": amount, "is_markdown_candidate": boolean,
    "proposed_units": integer, "units": integer, "cost": amount, "reason": string, "refused": optionalText,
  ])

  private static let forecastRun = object([
    "number": integer, "made_at": string, "data_through": string, "data_digest": string, "code_version": string,
    "seed": string, "horizon": integer, "coverage": number, "products": integer, "gate": string,
    "backtest": array(
      object([
        "class": string, "model": string, "windows": integer, "mase": optionalNumber, "smape": number,
        "bias": optionalNumber, "coverage": optionalNumber,
      ])),
  ])

  private static func orNull(_ name: String) -> JSONValue { ["oneOf": [ref(name), ["type": "null"]]] }

  static let replenishment: JSONObject = [
    "ForecastRun": forecastRun, "StockPlanRow": stockPlanRow,
    "Forecast": object([
      "product": id, "class": string, "refused": optionalText, "note": optionalText, "first_day": optionalText,
      "mean": array(number), "low": array(optionalNumber), "high": array(optionalNumber),
      "weights": ["type": "object", "additionalProperties": number],
    ]),
    "Forecasts": object([
      "run": orNull("ForecastRun"), "last_run": orNull("ForecastRun"), "forecasts": array(ref("Forecast")),
      "next_after": optionalText,
    ]),
    "ProductForecast": object([
      "product": id, "title": string, "run": integer, "forecast": orNull("Forecast"),
      "history": array(object(["day": string, "units": number, "is_out_of_stock": boolean])),
      "what_if": object(["service_level": number, "lead_time_days": number, "plan": ref("StockPlanRow")]),
    ]),
    "StockPlan": object(["products": array(ref("StockPlanRow"))]),
    "OrderProposals": object(["proposals": array(ref("OrderProposal"))]),
    "OrderProposal": object(
      [
        "supplier": ref("Supplier"), "run": integer, "made_at": string, "revision": integer,
        "edited_by": optionalText, "note": optionalText, "line_count": integer, "total": amount,
        "first_stockout_day": optionalText, "lines": array(ref("StockPlanRow")),
      ], optional: ["lines"]),
    "OrderProposalChange": object(["revision": integer, "units": counts]),
    "OrderApproval": object(["revision": integer]),
    "GoodsReceipt": object(["revision": integer, "warehouse": string, "units": counts]),
    "PurchaseOrders": object(["orders": array(ref("PurchaseOrder"))]),
    "PurchaseOrder": object([
      "number": id, "supplier": string, "supplier_name": string, "state": string, "ordered_at": string,
      "ordered_by": string, "expected_on": string, "revision": integer, "total": amount,
      "lines": array(
        object([
          "sku": string, "product": id, "title": string, "units": integer, "received_units": integer,
          "unit_cost": amount, "cost": amount,
        ])),
    ]),
    "Suppliers": object(["suppliers": array(ref("Supplier"))]),
    "Supplier": object([
      "id": id, "code": string, "name": string, "lead_time_days": number, "lead_time_deviation_days": number,
      "review_days": integer, "minimum_order": amount, "pack_size": integer, "minimum_units": integer,
      "brands": array(string),
    ]),
    "SupplierTerms": object(
      [
        "code": string, "name": string, "lead_time_days": number, "lead_time_deviation_days": number,
        "review_days": integer, "minimum_order": string, "pack_size": integer, "minimum_units": integer,
        "brands": array(string),
      ],
      optional: [
        "lead_time_deviation_days", "review_days", "minimum_order", "pack_size", "minimum_units", "brands",
      ]),
  ]
}
