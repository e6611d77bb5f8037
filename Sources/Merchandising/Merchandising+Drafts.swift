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
    guard try await store.drafts().count < Self.maxDrafts else {
      throw Refusal(.conflict, "there are \(Self.maxDrafts) drafts: publish or delete some first")
    }
    guard let id = try await store.addDraft(named: name, audit: entry(actor, "began draft", name)) else {
      throw Refusal(.conflict, "there is a draft called \(name) already")
    }
    return id
  }

  /// The draft that a person's buttons write to, begun where there is none.
  public func ownDraft(of actor: String) async throws -> Int64 {
    let name = "Draft of \(actor)"
    if let known = try await drafts().first(where: { $0.name == name }) { return known.id }
    return try await addDraft(named: name, by: actor)
  }

  /// Saves a draft's texts; returns its new revision. Texts that do not compile are refused, so that a preview always works.
  public func save(
    _ texts: RuleTexts, of draft: RuleDraft, base: Int64? = nil, by actor: String
  ) async throws -> Int {
    for kind in RuleTexts.Kind.allCases where texts[kind].utf8.count > RuleSetLimits.longestText {
      throw Refusal(.invalid, "\(kind.rawValue) is longer than \(RuleSetLimits.longestText) bytes")
    }
    _ = try compiled(texts)
    let changes = RuleDifference(from: draft.texts, to: texts)
    let saved = try await store.save(
      texts, base: base ?? draft.base, of: draft.id, revision: draft.revision,
      audit: entry(actor, "changed draft", draft.name, changes.summary))
    guard let saved else {
      throw Refusal(
        .conflict, "somebody changed the draft \(draft.name) meanwhile: open it again and repeat the change")
    }
    return saved
  }

  public func deleteDraft(_ id: Int64, by actor: String) async throws {
    let draft = try await draft(id)
    try await store.deleteDraft(id, audit: entry(actor, "deleted draft", draft.name))
  }

  /// Publishes a draft as it was at this revision; returns the version's number.
  ///
  /// If the shop asks for two people, the second is an approver who did not change the draft last.
  public func publish(
    _ id: Int64, revision: Int, reason: String, by actor: String, isApprover: Bool
  ) async throws -> Int64 {
    let reason = try Self.checked(reason: reason)
    let draft = try await draft(id)
    // The author is that of the revision that is published.
    guard draft.revision == revision else { throw Self.changed(draft) }
    if needsApproval, !isApprover || draft.author == actor {
      throw Refusal(
        .forbidden, "this shop asks for two people: an approver other than \(draft.author) must publish this draft")
    }
    // A draft that was valid when it was saved may not be valid to a newer program.
    _ = try compiled(draft.texts)
    switch try await store.publish(
      id, revision: revision, reason: reason, audit: entry(actor, "published rules", draft.name))
    {
    case .published(let number):
      _ = try? await follow()  // It is published; `run` takes it up and reports what hinders.
      return number
    case .outdated(let published):
      throw Refusal(
        .conflict,
        "version \(published) was published since this draft began with version \(draft.base): merge it first")
    case .changed:
      throw Self.changed(draft)
    case .gone:
      throw Refusal(.conflict, "the draft \(draft.name) was published or deleted meanwhile")
    }
  }

  private static func changed(_ draft: RuleDraft) -> Refusal {
    Refusal(.conflict, "somebody changed the draft \(draft.name) after you opened it: look at it again")
  }

  /// Carries a draft's changes over to what is published now; returns the entries that both changed, for a hand to decide.
  public func merge(_ id: Int64, by actor: String) async throws -> [String] {
    let draft = try await draft(id)
    let published = try await publishedNumber()
    guard published != draft.base else { return [] }
    let merge = RuleMerge(
      base: try await known(draft.base), published: try await known(published), draft: draft.texts)
    _ = try await save(merge.texts, of: draft, base: published, by: actor)
    return merge.conflicts
  }

  /// Adds an action to the draft's rule for a whole query, or begins that rule.
  public func add(_ action: String, forQuery query: String, to id: Int64, by actor: String) async throws {
    let draft = try await draft(id)
    var texts = draft.texts
    texts[.rules] = RuleEntries.adding(action, toRule: "exact: \(Self.plain(query))", in: texts[.rules])
    _ = try await save(texts, of: draft, by: actor)
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
