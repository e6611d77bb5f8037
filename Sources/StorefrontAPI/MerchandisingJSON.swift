import Catalog
import JSON
import Merchandising
import Ports
import Understanding

/// Drafts, versions and previews as JSON.
enum MerchandisingJSON {
  static func version(_ version: RuleVersion) -> JSONValue {
    var json: JSONObject = [
      "number": .int(version.number), "published_at": .string(version.publishedAt.description),
      "author": .string(version.author), "reason": .string(version.reason),
    ]
    if let old = version.restoredFrom { json["restored_from"] = .int(old) }
    return .object(json)
  }

  static func texts(_ texts: RuleTexts) -> JSONValue {
    .object(JSONObject(RuleTexts.Kind.allCases.map { .init($0.rawValue, .string(texts[$0])) }))
  }

  /// `findings` nil: without texts and findings.
  static func draft(_ draft: RuleDraft, findings: [RuleFinding]? = nil) -> JSONValue {
    var json: JSONObject = [
      "id": .int(draft.id), "name": .string(draft.name), "base": .int(draft.base),
      "revision": .int(Int64(draft.revision)), "author": .string(draft.author),
      "authors": .array(draft.authors.map { .string($0) }), "updated_at": .string(draft.updatedAt.description),
      "conflicts": .array(draft.conflicts.map(conflict)),
    ]
    if let schedule = draft.schedule {
      json["schedule"] = [
        "at": .string(schedule.at.description), "reason": .string(schedule.reason), "author": .string(schedule.author),
      ]
    }
    if let version = draft.restores { json["restores"] = .int(version) }
    if let findings {
      json["texts"] = texts(draft.texts)
      json["warnings"] = .array(
        findings.map { finding in
          [
            "kind": .string(finding.kind.rawValue), "line": .int(Int64(finding.line)),
            "reason": .string(finding.reason),
          ]
        })
    }
    return .object(json)
  }

  private static func conflict(_ conflict: RuleConflict) -> JSONValue {
    [
      "kind": .string(conflict.kind.rawValue), "name": .string(conflict.name), "base": .string(conflict.base),
      "published": .string(conflict.published), "draft": .string(conflict.draft),
    ]
  }

  static func comparison(_ comparison: Comparison) -> JSONValue {
    [
      "total_before": .int(Int64(comparison.before.total)), "total_after": .int(Int64(comparison.after.total)),
      "redirect": comparison.after.redirect.map { .string($0) } ?? .null,
      "rules": .array(comparison.after.effects.applied.map { .string($0) }),
      "steps": .array(comparison.after.steps.map { .string($0) }),
      "rows": .array(
        comparison.rows.map { row in
          [
            "product": .string(row.product.id.description), "title": .string(row.product.title),
            "before": place(row.before), "after": place(row.after),
            "reason": row.reason.map { .string($0) } ?? .null,
            "why": .array(row.product.reasons.map { .string($0) }),
          ]
        }),
    ]
  }

  private static func place(_ place: Int?) -> JSONValue { place.map { .int(Int64($0)) } ?? .null }

  static func impact(_ impact: Impact) -> JSONValue {
    func number(_ value: Double?) -> JSONValue { value.map { .double($0) } ?? .null }
    return [
      "queries_tried": .int(Int64(impact.tried)), "searches_a_week": .double(impact.searchesAWeek),
      "affected_searches_a_week": .double(impact.affectedSearchesAWeek),
      "newly_answered_a_week": .double(impact.searchesAWeek(.answered)),
      "newly_empty_a_week": .double(impact.searchesAWeek(.lost)),
      "nearly_empty_a_week": .double(impact.searchesAWeek(.thinned)),
      "led_away_a_week": .double(impact.searchesAWeek(.led)),
      "newly_partial_a_week": .double(impact.searchesAWeek(.partial)),
      "judged_queries": .int(Int64(impact.judged)), "ndcg_before": number(impact.qualityBefore),
      "ndcg_after": number(impact.qualityAfter),
      "affected": .array(
        impact.affected.map { query in
          [
            "query": .string(query.text), "searches_a_week": .double(query.searchesAWeek),
            "effect": .string(query.effect.rawValue), "total_before": .int(Int64(query.before.total)),
            "total_after": .int(Int64(query.after.total)),
            "redirect": query.after.redirect.map { .string($0) } ?? .null,
            "ndcg_before": number(query.qualityBefore), "ndcg_after": number(query.qualityAfter),
          ]
        }),
    ]
  }

  static func audit(_ entry: AuditEntry) -> JSONValue {
    [
      "at": .string(entry.at.description), "actor": .string(entry.actor), "action": .string(entry.action),
      "subject": .string(entry.subject), "detail": .string(entry.detail),
    ]
  }
}
