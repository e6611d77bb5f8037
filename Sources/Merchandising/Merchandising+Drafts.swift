public import Catalog
public import Ports
import Understanding

extension Merchandising {
  /// By name, without their texts.
  public func drafts() async throws -> [RuleDraft] { try await store.drafts() }

  public func draft(_ id: Int64) async throws -> RuleDraft {
    guard let draft = try await store.draft(id) else {
      throw Refusal(.missing, "there is no draft \(id): it was published or deleted meanwhile")
    }
    return draft
  }

  /// A new draft of what is published now.
  public func addDraft(named name: String, by actor: String) async throws -> Int64 {
    let name = name.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    guard (1...Self.longestName).contains(name.unicodeScalars.count) else {
      throw Refusal(.invalid, "a draft's name has 1 to \(Self.longestName) characters")
    }
    // These names are the shop's own: a draft in their place would stand in the way of taking rules back.
    guard !name.hasPrefix(Self.wayBack),
      !name.hasPrefix(Self.nameOfOwnDraft(of: "")) || name == Self.nameOfOwnDraft(of: actor)
    else { throw Refusal(.invalid, "a draft's name does not begin with 'Back to version' or 'Draft of'") }
    guard try await store.drafts().count < Self.maxDrafts else {
      throw Refusal(.conflict, "there are \(Self.maxDrafts) drafts: publish or delete some first")
    }
    guard let id = try await store.addDraft(named: name, restoring: nil, audit: entry(actor, "began draft", name))
    else {
      throw Refusal(.conflict, "there is a draft called \(name) already")
    }
    return id
  }

  /// The draft that a person's buttons write to, begun where there is none.
  public func ownDraft(of actor: String) async throws -> Int64 {
    let name = Self.nameOfOwnDraft(of: actor)
    if let known = try await drafts().first(where: { $0.name == name }) { return known.id }
    return try await addDraft(named: name, by: actor)
  }

  /// How the names of drafts that take rules back begin; the version follows.
  static let wayBack = "Back to version "

  public static func nameOfOwnDraft(of actor: String) -> String { "Draft of \(actor)" }

  /// Saves a draft's texts; returns its new revision. Texts that do not compile are refused, so that a preview always works.
  public func save(_ texts: RuleTexts, of draft: RuleDraft, by actor: String) async throws -> Int {
    try await save(draft, changedTo: texts, by: actor)
  }

  func save(
    _ draft: RuleDraft, changedTo texts: RuleTexts, base: Int64? = nil, conflicts: [RuleConflict]? = nil,
    did: String = "changed draft", keepsSchedule: Bool = false, by actor: String
  ) async throws -> Int {
    for kind in RuleTexts.Kind.allCases where texts[kind].utf8.count > RuleSetLimits.longestText {
      throw Refusal(.invalid, "\(kind.rawValue) is longer than \(RuleSetLimits.longestText) bytes")
    }
    _ = try await compiled(texts, refusesAbsent: true)
    let changes = RuleDifference(from: draft.texts, to: texts)
    var changed = draft
    changed.texts = texts
    changed.base = base ?? draft.base
    changed.conflicts = conflicts ?? draft.conflicts
    // The moment was set for other rules.
    if !keepsSchedule { changed.schedule = nil }
    guard let saved = try await store.save(changed, audit: entry(actor, did, draft.name, changes.summary)) else {
      throw Refusal(
        .conflict, "somebody changed the draft \(draft.name) meanwhile: open it again and repeat the change")
    }
    return saved
  }

  /// Deletes a draft, as it was at this revision if the caller saw one.
  public func deleteDraft(_ id: Int64, revision: Int? = nil, by actor: String) async throws {
    let draft = try await draft(id)
    let audit = entry(actor, "deleted draft", draft.name)
    guard try await store.deleteDraft(id, revision: revision ?? draft.revision, audit: audit) else {
      throw Self.changed(draft)
    }
  }

  /// Publishes a draft as it was at this revision; returns the version's number.
  ///
  /// If the shop asks for two people, the second is an approver who did not change the draft. An approver may override the
  /// gate.
  public func publish(
    _ id: Int64, revision: Int, reason: String, by actor: String, isApprover: Bool, overridesGate: Bool = false
  ) async throws -> Int64 {
    let (draft, reason) = try await checked(
      id, revision: revision, reason: reason, by: actor, isApprover: isApprover, overridesGate: overridesGate)
    switch try await store.publish(
      id, revision: revision, reason: reason, audit: entry(actor, "published rules", draft.name))
    {
    case .published(let number):
      _ = try? await follow()  // It is published; `run` takes it up and reports what hinders.
      return number
    case .outdated(let published): throw Self.outdated(draft, published)
    case .unsettled: throw Self.unsettled(draft)
    case .changed: throw Self.changed(draft)
    case .gone:
      throw Refusal(.conflict, "the draft \(draft.name) was published or deleted meanwhile")
    }
  }

  /// A draft that may be published, and the reason with what the gate holds against it.
  func checked(
    _ id: Int64, revision: Int, reason: String, by actor: String, isApprover: Bool, overridesGate: Bool
  ) async throws -> (draft: RuleDraft, reason: String) {
    var reason = try Self.checked(reason: reason)
    let draft = try await draft(id)
    // The authors are those of the revision that is published.
    guard draft.revision == revision else { throw Self.changed(draft) }
    guard draft.conflicts.isEmpty else { throw Self.unsettled(draft) }
    if needsApproval, !isApprover || draft.authors.contains(actor) {
      let authors = draft.authors.isEmpty ? [draft.author] : draft.authors
      throw Refusal(
        .forbidden,
        "this shop asks for two people: an approver who did not change this draft must publish it; \(authors.joined(separator: ", ")) did"
      )
    }
    // A draft that was valid when it was saved may not be valid to a newer program, or name a product that is gone.
    let rules = try await compiled(draft.texts, refusesAbsent: true)
    // Another version is told before minutes go into the gate; the statement that publishes decides.
    let published = try await publishedNumber()
    guard draft.base == published else { throw Self.outdated(draft, published) }
    // The rules of an old version went out once; the way back must not wait for the gate.
    var held = ""
    if draft.restores == nil {
      held = try await reasons(against: rules, draft.base, isApprover: isApprover, overridesGate)
    }
    if !held.isEmpty { reason = String("\(reason) (over the gate: \(held))".unicodeScalars.prefix(Self.longestReason)) }
    return (draft, reason)
  }

  /// The gate's reasons against a draft that an approver publishes all the same; empty: none. Throws where it is held back.
  private func reasons(
    against rules: QueryRules, _ base: Int64, isApprover: Bool, _ overridesGate: Bool
  ) async throws -> String {
    guard let gate else { return "" }
    let reasons = try await gate(try await compiled(try await known(base)), rules).joined(separator: "; ")
    guard !reasons.isEmpty, !(overridesGate && isApprover) else { return reasons }
    throw Refusal(
      .heldBack,
      isApprover
        ? "the gate holds this draft back: \(reasons). Say that you publish it nevertheless, or change it"
        : "the gate holds this draft back: \(reasons). An approver may publish it nevertheless")
  }

  private static func outdated(_ draft: RuleDraft, _ published: Int64) -> Refusal {
    Refusal(
      .conflict,
      "version \(published) was published since this draft began with version \(draft.base): merge it first")
  }

  private static func unsettled(_ draft: RuleDraft) -> Refusal {
    Refusal(
      .conflict,
      "both sides changed \(draft.conflicts.map(\.name).joined(separator: ", ")): settle each before you publish")
  }

  static func changed(_ draft: RuleDraft) -> Refusal {
    Refusal(.conflict, "somebody changed the draft \(draft.name) after you opened it: look at it again")
  }

  /// Carries a draft's changes over to what is published now; returns the entries that both changed. The draft has their
  /// published form and cannot be published until a person settles each.
  public func merge(_ id: Int64, by actor: String) async throws -> [RuleConflict] {
    let draft = try await draft(id)
    let published = try await publishedNumber()
    guard published != draft.base else { return draft.conflicts }
    guard draft.conflicts.isEmpty else { throw Self.unsettled(draft) }
    let merge = RuleMerge(
      base: try await known(draft.base), published: try await known(published), draft: draft.texts)
    _ = try await save(
      draft, changedTo: merge.texts, base: published, conflicts: merge.conflicts, did: "merged draft", by: actor)
    return merge.conflicts
  }

  /// Settles an entry that both sides changed, in the draft as it was at this revision.
  public func settle(
    _ name: String, _ kind: RuleTexts.Kind, keeping choice: RuleConflict.Choice, in id: Int64, revision: Int,
    by actor: String
  ) async throws {
    var draft = try await draft(id)
    guard let place = draft.conflicts.firstIndex(where: { $0.name == name && $0.kind == kind }) else {
      throw Refusal(.conflict, "\(name.prefix(Self.longestName)) is settled already")
    }
    draft.revision = revision
    let conflict = draft.conflicts[place]
    var open = draft.conflicts
    open.remove(at: place)
    _ = try await save(
      draft, changedTo: conflict.settled(in: draft.texts, keeping: choice), conflicts: open,
      did: "settled \(choice.rawValue) in draft", by: actor)
  }

  /// Adds an action to the draft's rule for a whole query, or begins that rule.
  public func add(_ action: String, forQuery query: String, to id: Int64, by actor: String) async throws {
    let draft = try await draft(id)
    var texts = draft.texts
    texts[.rules] = RuleEntries.adding(action, toRule: Self.head(forQuery: query), in: texts[.rules])
    _ = try await save(texts, of: draft, by: actor)
  }

  /// The head of the rule for a whole query, or for the page of a category: `/c/dresses`.
  public static func head(forQuery query: String) -> String {
    let query = plain(query)
    return query.hasPrefix(categoryPage) ? "category: \(query.dropFirst(categoryPage.count))" : "exact: \(query)"
  }

  public static let categoryPage = "/c/"

  /// Takes the action of a line out of a draft; a rule without another action goes too.
  public func remove(_ action: String, atLine line: Int, from id: Int64, by actor: String) async throws {
    let draft = try await draft(id)
    var texts = draft.texts
    guard let text = RuleEntries.removing(action, atLine: line, in: texts[.rules]) else {
      throw Refusal(.conflict, "the draft \(draft.name) has no such line any more: look at it again")
    }
    texts[.rules] = text
    _ = try await save(texts, of: draft, by: actor)
  }

  /// Puts other rules in place of those with these heads, in a draft as it was at this revision.
  public func replace(
    _ heads: [String], with rules: String, in id: Int64, revision: Int?, by actor: String
  ) async throws {
    var draft = try await draft(id)
    draft.revision = revision ?? draft.revision
    _ = try await save(try await trial(of: rules, replacing: heads, in: draft.texts), of: draft, by: actor)
  }

  /// Texts with other rules in place of those with these heads. A fault's line is that of `rules`, which a person edits.
  public func trial(of rules: String, replacing heads: [String], in texts: RuleTexts) async throws -> RuleTexts {
    _ = try await compiled(RuleTexts([.rules: rules, .campaigns: texts[.campaigns]]), refusesAbsent: true)
    var texts = texts
    texts[.rules] = RuleEntries.replacing(heads, with: rules, in: texts[.rules])
    return texts
  }

  /// Adds a line of synonyms to a draft.
  public func addSynonyms(_ line: String, to id: Int64, by actor: String) async throws {
    let draft = try await draft(id)
    var texts = draft.texts
    let text = texts[.synonyms]
    texts[.synonyms] = text + (text.isEmpty || text.hasSuffix("\n") ? "" : "\n") + Self.plain(line) + "\n"
    _ = try await save(texts, of: draft, by: actor)
  }

  /// A text of one line, which begins no comment.
  private static func plain(_ text: String) -> String {
    text.replacing("#", with: " ").split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
}
