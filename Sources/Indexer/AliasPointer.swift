import SearchDSL

/// Points an alias at one index, which searches then read. Repeating it is harmless.
struct AliasPointer: Sendable {
  let engine: any SearchEngine
  let alias: String

  /// All in one request, so that a search meets the old index or the new one and never none.
  func point(at index: String, deadline: ContinuousClock.Instant) async throws(SearchEngineError) {
    let holders = try await engine.indices(matching: alias + "-*", deadline: deadline).filter {
      $0.aliases.contains(alias)
    }.map(\.name)
    guard holders != [index] else { return }
    var actions = holders.filter { $0 != index }.map { AliasAction.remove(index: $0, alias: alias) }
    if !holders.contains(index) { actions.append(.add(index: index, alias: alias)) }
    try await engine.updateAliases(actions, deadline: deadline)
  }
}
