public import Catalog

/// A published set of rules: numbered, and never changed.
public struct RuleVersion: Sendable, Hashable {
  public var number: Int64
  public var publishedAt: Timestamp
  public var author: String
  public var reason: String
  /// The version that a rollback published again.
  public var restoredFrom: Int64?

  public init(number: Int64, publishedAt: Timestamp, author: String, reason: String, restoredFrom: Int64? = nil) {
    self.number = number
    self.publishedAt = publishedAt
    self.author = author
    self.reason = reason
    self.restoredFrom = restoredFrom
  }
}

/// Rules that are being worked on.
public struct RuleDraft: Sendable, Hashable {
  public var id: Int64
  public var name: String
  /// The published version that it began with, or was merged with last.
  public var base: Int64
  /// Counts its changes, so that two people do not overwrite each other's.
  public var revision: Int
  /// The name of the person who began it or changed it last.
  public var author: String
  /// All who changed it.
  public var authors: [String]
  public var updatedAt: Timestamp
  public var texts: RuleTexts
  /// Entries that the last merge found changed on both sides, until a person settles each.
  public var conflicts: [RuleConflict]
  /// The version that it takes the shop back to, if that is its purpose; nil once its texts are others.
  public var restores: Int64?
  /// When it is published by itself.
  public var schedule: RuleSchedule?

  public init(
    id: Int64, name: String, base: Int64, revision: Int, author: String, authors: [String] = [], updatedAt: Timestamp,
    texts: RuleTexts = RuleTexts(), conflicts: [RuleConflict] = [], restores: Int64? = nil,
    schedule: RuleSchedule? = nil
  ) {
    self.schedule = schedule
    self.authors = authors
    self.conflicts = conflicts
    self.restores = restores
    self.id = id
    self.name = name
    self.base = base
    self.revision = revision
    self.author = author
    self.updatedAt = updatedAt
    self.texts = texts
  }
}

/// The moment at which a draft is published by itself, and on whose word.
public struct RuleSchedule: Sendable, Hashable {
  public var at: Timestamp
  public var reason: String
  public var author: String

  public init(at: Timestamp, reason: String, author: String) {
    self.at = at
    self.reason = reason
    self.author = author
  }
}

/// An entry that a draft and a published version changed in different ways.
public struct RuleConflict: Sendable, Hashable {
  /// The form of the entry that a person keeps.
  public enum Choice: String, Sendable, CaseIterable {
    case published, draft, both
  }

  public var kind: RuleTexts.Kind
  /// `exact: red dress`, `sofa =>`
  public var name: String
  /// The entry when the draft began, as published since, and as the draft has it; empty: it was or is removed.
  public var base: String
  public var published: String
  public var draft: String

  public init(kind: RuleTexts.Kind, name: String, base: String, published: String, draft: String) {
    self.kind = kind
    self.name = name
    self.base = base
    self.published = published
    self.draft = draft
  }
}

/// The answer to a wish to publish a draft.
public enum DraftPublication: Sendable, Hashable {
  case published(Int64)
  /// Another version was published since the draft began: its changes must be merged first.
  case outdated(published: Int64)
  /// Somebody changed the draft after it was read.
  case changed
  /// Conflicts of a merge are open.
  case unsettled
  /// It was published or deleted meanwhile.
  case gone
}

/// Keeps drafts and published sets of rules. Each change and its audit entry are one transaction; a set is published by
/// moving one pointer, so that it is in force whole or not at all.
public protocol RuleStore: Sendable {
  /// Publishes version 1 of a shop that has none; false if it has.
  func seed(_ texts: RuleTexts, audit: AuditEntry) async throws -> Bool
  /// nil before the first.
  func publishedNumber() async throws -> Int64?
  func texts(of version: Int64) async throws -> RuleTexts?
  /// Newest first.
  func versions(limit: Int) async throws -> [RuleVersion]

  /// By name, without their texts.
  func drafts() async throws -> [RuleDraft]
  func draft(_ id: Int64) async throws -> RuleDraft?
  /// A draft of what is published, or one with the rules of `version`, to take the shop back to it; nil if the name is taken.
  func addDraft(named name: String, restoring version: Int64?, audit: AuditEntry) async throws -> Int64?
  /// Sets or takes away the moment of a draft that is at this revision; false if it is not.
  func schedule(_ schedule: RuleSchedule?, of id: Int64, revision: Int, audit: AuditEntry) async throws -> Bool
  /// Saves texts, base, open conflicts and schedule of the draft as it was read; the new revision, or nil if it has another by now.
  /// Other texts than before end `restores`.
  func save(_ draft: RuleDraft, audit: AuditEntry) async throws -> Int?
  /// Deletes the draft that is at this revision; false if it is not.
  func deleteDraft(_ id: Int64, revision: Int, audit: AuditEntry) async throws -> Bool
  func publish(_ id: Int64, revision: Int, reason: String, audit: AuditEntry) async throws -> DraftPublication
  /// Publishes an old version's rules again under a new number; nil if there is no such version.
  func rollBack(to version: Int64, reason: String, audit: AuditEntry) async throws -> Int64?
  /// The products that have these codes; several may have one, of different sources.
  func products(coded codes: [String]) async throws -> [String: [ProductID]]
}
