public import Catalog
import Ports
import Understanding

extension Merchandising {
  /// No publication is set for a later day.
  private static let longestWait = Duration.seconds(366 * 86_400)

  /// Sets a moment at which a draft is published as it is at this revision, with the checks of a publication now. A change of the
  /// draft takes the moment away.
  public func schedule(
    _ id: Int64, revision: Int, at moment: Timestamp, reason: String, by actor: String, isApprover: Bool,
    overridesGate: Bool = false
  ) async throws {
    let now = clock.now()
    let last = Timestamp(
      microsecondsSinceEpoch: now.microsecondsSinceEpoch
        .adding(saturating: Int64(saturating: Self.longestWait / .microseconds(1))))
    guard now < moment, moment <= last else {
      throw Refusal(.invalid, "a draft is published at a moment to come, within a year")
    }
    let (draft, reason) = try await checked(
      id, revision: revision, reason: reason, by: actor, isApprover: isApprover, overridesGate: overridesGate)
    let detail = "at \(moment): \(reason)"
    guard
      try await store.schedule(
        RuleSchedule(at: moment, reason: reason, author: actor), of: id, revision: revision,
        audit: entry(actor, "scheduled draft", draft.name, detail))
    else { throw Self.changed(draft) }
  }

  /// Takes the moment of a draft away.
  public func unschedule(_ id: Int64, by actor: String) async throws {
    let draft = try await draft(id)
    guard draft.schedule != nil else { return }
    let entry = entry(actor, "took a draft off the schedule", draft.name)
    guard try await store.schedule(nil, of: id, revision: draft.revision, audit: entry) else {
      throw Self.changed(draft)
    }
  }

  /// Publishes the drafts whose moment has come. Every server tries; the store lets one of them succeed.
  func publishDue() async throws {
    let now = clock.now()
    for draft in try await store.drafts() {
      guard let schedule = draft.schedule, schedule.at <= now else { continue }
      try await publish(draft.id, schedule)
    }
  }

  /// A draft that began before another version is merged, if nothing conflicts; else it stays, and the audit says why.
  private func publish(_ id: Int64, _ schedule: RuleSchedule) async throws {
    guard var draft = try await store.draft(id), draft.schedule == schedule else { return }
    do {
      let published = try await publishedNumber()
      if draft.base != published {
        let merge = RuleMerge(
          base: try await known(draft.base), published: try await known(published), draft: draft.texts)
        guard merge.conflicts.isEmpty else {
          throw Refusal(.conflict, "version \(published) changed the same entries: merge and settle them")
        }
        draft.revision = try await save(
          draft, changedTo: merge.texts, base: published, conflicts: [], did: "merged draft", keepsSchedule: true,
          by: schedule.author)
      } else {
        _ = try await compiled(draft.texts, refusesAbsent: true)
      }
      let audit = entry(schedule.author, "published rules", draft.name)
      if case .published = try await store.publish(id, revision: draft.revision, reason: schedule.reason, audit: audit)
      {
        try await follow()
      }
    } catch let error where error is Refusal || error is RuleFault {
      // Another server may have changed or published it in this moment; then this one takes nothing away.
      let entry = entry(schedule.author, "could not publish a scheduled draft", draft.name, "\(error)")
      _ = try await store.schedule(nil, of: id, revision: draft.revision, audit: entry)
    }
  }
}
