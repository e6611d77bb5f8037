import Catalog
import JSON
import Merchandising

extension OpenAPI {
  static func staffOperation(
    _ id: String, _ summary: String, _ schema: String?, description: String? = nil, body: String? = nil,
    status: String = "200", orAccepted other: String? = nil, of path: [JSONValue] = [],
    _ parameters: [JSONValue] = []
  ) -> JSONValue {
    var operation: JSONObject = [
      "operationId": .string(id), "summary": .string(summary), "security": [["apiToken": []], ["staffSession": []]],
    ]
    if let description { operation["description"] = .string(description) }
    if !path.isEmpty || !parameters.isEmpty { operation["parameters"] = .array(path + parameters) }
    if let body {
      let content: JSONValue = ["application/json": ["schema": ["$ref": .string("#/components/schemas/\(body)")]]]
      operation["requestBody"] = ["required": true, "content": content]
    }
    var answers = JSONObject()
    if let schema {
      answers[status] = content("Done", ["$ref": .string("#/components/schemas/\(schema)")])
    } else {
      answers[status] = ["description": "Done"]
    }
    if let other {
      answers["202"] = content("Another person must agree", ["$ref": .string("#/components/schemas/\(other)")])
    }
    for status in ["400", "401", "403", "404", "409", "413", "429", "503"] { answers[status] = problem }
    operation["responses"] = .object(answers)
    return .object(operation)
  }

  static func inPath(_ name: String, _ description: String) -> [JSONValue] {
    [
      [
        "name": .string(name), "in": "path", "required": true, "description": .string(description),
        "schema": ["type": "string", "pattern": "^[0-9]+$"],
      ]
    ]
  }

  private static let draftID = inPath("id", "The draft's number")

  static func limit(_ standard: Int64, _ most: Int64) -> [JSONValue] {
    [
      parameter(
        "limit", "How many at most",
        ["type": "integer", "minimum": 1, "maximum": .int(most), "default": .int(standard)])
    ]
  }

  static let ruleVersions = staffOperation(
    "ruleVersions", "The published versions of the search rules, newest first", "RuleVersions",
    limit(100, Int64(Merchandising.maxVersions)))
  static let ruleVersion = staffOperation(
    "ruleVersion", "The rules of a version", "RuleVersionTexts", of: inPath("number", "The version's number"))
  static let rollBackRules = staffOperation(
    "rollBackRules", "Publish the rules of an old version again, under a new number", "Published",
    description:
      "202 with the number of a draft where the shop asks for two people: an approver other than the sender publishes it.",
    body: "RuleRollback", orAccepted: "ProposedRollback")
  static let ruleDrafts = staffOperation("ruleDrafts", "The drafts, without their texts", "RuleDrafts")
  static let beginDraft = staffOperation(
    "beginDraft", "Begin a draft of what is published", "RuleDraft", body: "NewRuleDraft", status: "201")
  static let ruleDraft = staffOperation("ruleDraft", "A draft with its texts", "RuleDraft", of: draftID)
  static let saveDraft = staffOperation(
    "saveDraft", "Save texts of a draft", "RuleDraft",
    description:
      "A text that is left out stays as it is. Texts that do not compile are refused with kind and line. revision is the one that was read: 409 where somebody changed the draft since.",
    body: "RuleDraftChange", of: draftID)
  static let deleteDraft = staffOperation(
    "deleteDraft", "Delete a draft", nil, description: "409 where somebody changed the draft since revision.",
    status: "204", of: draftID,
    [parameter("revision", "The one that was read; without it, the draft is deleted as it is", ["type": "integer"])])
  static let mergeDraft = staffOperation(
    "mergeDraft", "Carry a draft's changes over to what was published since it began", "RuleDraft",
    description: "conflicts has the entries that both changed; each must be settled before the draft is published.",
    of: draftID)
  static let settleDraft = staffOperation(
    "settleDraft", "Keep the published form, the draft's, or both, of an entry that both changed", "RuleDraft",
    description: "409 where it is settled already, or somebody changed the draft since revision.",
    body: "RuleSettlement", of: draftID)
  static let publishDraft = staffOperation(
    "publishDraft", "Publish a draft, whole or not at all", "PublishedDraft",
    description:
      "Every server takes the version up within two seconds. 409 where the draft changed after revision, where another version was published since it began, and where it was published meanwhile; draft-held-back where the gate holds it back, which an approver may override. With at, a moment to come within a year, the draft is published by itself then, and the answer is 202.",
    body: "RulePublication", orAccepted: "RuleDraft", of: draftID)
  static let unscheduleDraft = staffOperation(
    "unscheduleDraft", "Take away the moment at which a draft is published by itself", "RuleDraft", of: draftID)
  static let previewDraft = staffOperation(
    "previewDraft", "A query's first results before and after a draft", "RuleComparison", of: draftID,
    [parameter("q", "The query", ["type": "string", "minLength": 1, "maxLength": 300], isRequired: true)])
  static let draftImpact = staffOperation(
    "draftImpact", "The queries of the log that a draft changes", "RuleImpact", of: draftID,
    limit(200, Int64(Preview.maxQueries)))
  static let auditLog = staffOperation(
    "audit", "Every change: who, when, what, why; newest first", "AuditEntries", limit(100, 1_000))
}

extension OpenAPISchemas {
  private static let texts = object(
    RuleTexts.Kind.allCases.reduce(into: JSONObject()) { $0[$1.rawValue] = string })
  private static let givenTexts = object(
    RuleTexts.Kind.allCases.reduce(into: JSONObject()) { $0[$1.rawValue] = string },
    optional: Set(RuleTexts.Kind.allCases.map(\.rawValue)))
  private static let optionalNumber: JSONValue = ["type": ["number", "null"]]
  private static let optionalText: JSONValue = ["type": ["string", "null"]]
  private static let optionalPlace: JSONValue = ["type": ["integer", "null"]]

  static let merchandising: JSONObject = [
    "RuleVersions": object([
      "published": integer,
      "versions": array(
        object(
          [
            "number": integer, "published_at": string, "author": string, "reason": string, "restored_from": integer,
          ], optional: ["restored_from"])),
    ]),
    "RuleVersionTexts": object(["number": integer, "texts": texts]),
    "RuleRollback": object(["version": integer, "reason": string]),
    "Published": object(["published": integer]),
    "ProposedRollback": object(["draft": integer]),
    "NewRuleDraft": object(["name": string]),
    "RuleDrafts": object(["drafts": array(ref("RuleDraft"))]),
    "RuleDraft": object(
      [
        "id": integer, "name": string, "base": integer, "revision": integer, "author": string,
        "authors": array(string), "updated_at": string, "conflicts": array(ref("RuleConflict")), "restores": integer,
        "schedule": object(["at": string, "reason": string, "author": string]), "texts": texts,
        "warnings": array(object(["kind": string, "line": integer, "reason": string])),
      ], optional: ["texts", "warnings", "restores", "schedule"]),
    "RuleConflict": object(["kind": string, "name": string, "base": string, "published": string, "draft": string]),
    "RuleSettlement": object([
      "revision": integer, "kind": string, "name": string,
      "keep": ["type": "string", "enum": ["published", "draft", "both"]],
    ]),
    "RuleDraftChange": object(["revision": integer, "texts": givenTexts]),
    "RulePublication": object(
      ["revision": integer, "reason": string, "override": ["type": "boolean"], "at": string],
      optional: ["override", "at"]),
    "PublishedDraft": object([
      "published": integer, "pins_of_gone_products": array(object(["product": id, "rule": string])),
    ]),
    "RuleComparison": object([
      "total_before": integer, "total_after": integer, "redirect": optionalText, "rules": array(string),
      "steps": array(string),
      "rows": array(
        object([
          "product": id, "title": string, "before": optionalPlace, "after": optionalPlace, "reason": optionalText,
          "why": array(string),
        ])),
    ]),
    "RuleImpact": object([
      "queries_tried": integer, "searches_a_week": number, "affected_searches_a_week": number,
      "newly_answered_a_week": number, "newly_empty_a_week": number, "nearly_empty_a_week": number,
      "led_away_a_week": number, "newly_partial_a_week": number, "judged_queries": integer,
      "ndcg_before": optionalNumber, "ndcg_after": optionalNumber,
      "affected": array(
        object([
          "query": string, "searches_a_week": number, "effect": string, "total_before": integer,
          "total_after": integer, "redirect": optionalText,
          "ndcg_before": optionalNumber, "ndcg_after": optionalNumber,
        ])),
    ]),
    "AuditEntries": object([
      "entries": array(
        object(["at": string, "actor": string, "action": string, "subject": string, "detail": string]))
    ]),
  ]
}
