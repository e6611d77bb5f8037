import JSON
import Ports
import PriceDesk

extension OpenAPI {
  private static func words(_ words: [String], _ standard: String) -> JSONValue {
    ["type": "string", "enum": .array(words.map { .string($0) }), "default": .string(standard)]
  }

  static let priceProposals = staffOperation(
    "priceProposals", "Proposals of prices, those with the largest expected gain first", "PriceProposals",
    limit(50, Int64(PriceDesk.maxListed)) + [
      parameter("kind", "What the proposals say", words(ProposalKind.allCases.map(\.rawValue), "change")),
      parameter("state", "How far they are", words(KeptProposal.State.allCases.map(\.rawValue), "open")),
      parameter("offset", "Proposals to pass over", ["type": "integer", "minimum": 0, "default": 0]),
    ])
  static let priceProposal = staffOperation(
    "priceProposal", "A proposal with its evidence and its curve", "KeptPriceProposal",
    of: inPath("id", "The proposal's number"))
  static let rejectPrices = staffOperation(
    "rejectPrices", "Reject proposals", nil, body: "PriceRejection", status: "204")
  static let pricePublications = staffOperation(
    "pricePublications", "The publications of prices, newest first", "PricePublications",
    limit(100, Int64(PriceDesk.maxListed)))
  static let publishPrices = staffOperation(
    "publishPrices", "Publish the prices of proposals, all or none", "Published",
    description:
      "Shoppers see the prices within a second. With price, one proposal is published at that price. 409 where a rail forbids a price, a proposal is no longer open, or a price changed since: nothing is published then.",
    body: "NewPrices")
  static let rollBackPrices = staffOperation(
    "rollBackPrices", "Give the prices of a publication their amounts of before, all or none", "Published",
    body: "PriceRollback", of: inPath("number", "The publication's number"))
  static let priceEffects = staffOperation(
    "priceEffects", "Published prices a week later: the sales of a mean day, predicted and actual", "PriceEffects",
    description:
      "Money is in minor units; margin is revenue where no cost is known. measured is the growth a day and product beside that of the products that kept their prices."
  )
  static let priceRules = staffOperation("priceRules", "The desk's rules in force", "NumberedPriceRules")
  static let publishPriceRules = staffOperation(
    "publishPriceRules", "Publish rules; a member that is left out stays as it is", "Published",
    description: "base is the number that was read: 409 where others were published since.", body: "NewPriceRules")
}

extension OpenAPISchemas {
  private static let rules = object(
    [
      "mode": ["enum": ["recommend", "automatic"]], "stopped": boolean, "least_margin_percent": string,
      "max_change_day_percent": string, "max_change_week_percent": string, "least_hours_between_changes": integer,
      "automatic_band_percent": string, "holdout_percent": string,
    ],
    optional: [
      "mode", "stopped", "least_margin_percent", "max_change_day_percent", "max_change_week_percent",
      "least_hours_between_changes", "automatic_band_percent", "holdout_percent",
    ])
  private static let expected = object(["value": number, "low": number, "high": number])
  private static let sales = object(
    ["price": string, "units": expected, "revenue": expected, "margin": expected], optional: ["margin"])
  private static let rails = array(object(["rail": string, "text": string]))

  static let pricing: JSONObject = [
    "PriceProposals": object([
      "open": object(["change": integer, "keep": integer, "refused": integer]),
      "proposals": array(ref("KeptPriceProposal")),
    ]),
    "KeptPriceProposal": object(
      [
        "id": id, "product": id, "title": string,
        "state": ["enum": .array(KeptProposal.State.allCases.map { .string($0.rawValue) })], "made_at": string,
        "decided_at": string, "decided_by": string, "reason": string, "publication": integer,
        "proposal": ref("PriceProposal"),
      ], optional: ["decided_at", "decided_by", "reason", "publication"]),
    "PriceProposal": object(
      [
        "product": string, "decision": ["enum": ["change", "keep", "refused"]], "reason": string, "currency": string,
        "current_price": string, "price": string, "wish": number,
        "elasticity": object(["value": number, "low": number, "high": number, "own_weight": number]),
        "bound_by": rails, "gave_way": rails, "evidence": array(string), "now": sales, "then": sales,
        "curve": array(sales),
      ], optional: ["reason", "wish", "elasticity", "now", "then"]),
    "PriceRejection": object(["proposals": array(id), "reason": string]),
    "PricePublications": object([
      "publications": array(
        object(
          [
            "number": integer, "published_at": string, "author": string, "reason": string, "prices": integer,
            "restored_from": integer,
          ], optional: ["restored_from"]))
    ]),
    "NewPrices": object(["proposals": array(id), "price": string, "reason": string], optional: ["price"]),
    "PriceRollback": object(["reason": string]),
    "PriceEffects": object(
      [
        "currency": string,
        "effects": array(
          object([
            "proposal": id, "product": id, "title": string, "days": integer, "units_before": number,
            "units_after": number, "units_predicted": ["type": ["number", "null"]], "margin_before": number,
            "margin_after": number, "margin_predicted": ["type": ["number", "null"]],
          ])),
        "measured": object(["actual": number, "low": number, "high": number, "predicted": number]),
      ], optional: ["measured"]),
    "NumberedPriceRules": object(["number": integer, "rules": rules]),
    "NewPriceRules": object(["base": integer, "rules": rules, "reason": string]),
  ]
}
