import SearchDSL

/// Points an alias at one index, which searches then read. Repeating it is harmless.
struct AliasPointer: Sendable {
  let engine: any SearchEngine
  let alias: String

  /// A rollback and the next sync may move the alias at the same time: each looks again if the other was faster.
  private static let attempts = 5

  /// Moves the alias in one request, so that every search finds either the old index or the new one.
  func point(at index: String, deadline: ContinuousClock.Instant) async throws(SearchEngineError) {
    for _ in 1..<Self.attempts {
      do {
        return try await pointOnce(at: index, deadline: deadline)
      } catch {
        guard case .refused(_, "aliases_not_found_exception", _, _) = error else { throw error }
      }
    }
    try await pointOnce(at: index, deadline: deadline)
  }

  private func pointOnce(at index: String, deadline: ContinuousClock.Instant) async throws(SearchEngineError) {
    let holders = try await engine.indices(matching: alias + "-*", deadline: deadline).filter {
      $0.aliases.contains(alias)
    }.map(\.name)
    guard holders != [index] else { return }
    var actions = holders.filter { $0 != index }.map { AliasAction.remove(index: $0, alias: alias) }
    if !holders.contains(index) { actions.append(.add(index: index, alias: alias)) }
    try await engine.updateAliases(actions, deadline: deadline)
  }
}
