import Catalog
import Ports
import Threading

/// The category tree and the attributes' names, kept for a few seconds: every page needs them, they change seldom.
final class CatalogDirectory: Sendable {
  struct Labels: Sendable {
    var tree: CategoryTree
    var attributes: [String: AttributeDefinition]
  }

  /// A rename shows within this time.
  private static let freshFor = Duration.seconds(2)

  private struct State {
    var labels: Labels?
    var readAt: ContinuousClock.Instant?
    var isReading = false
  }

  private let catalog: any CatalogReader
  private let deadline: Duration
  private let state = Guarded(State())

  init(catalog: any CatalogReader, deadline: Duration) {
    self.catalog = catalog
    self.deadline = deadline
  }

  /// The labels as read last; read anew when they are old. While Postgres is down the old ones serve.
  func labels(degraded: inout [String]) async -> Labels {
    let (known, mustRead) = state.withLock { state -> (Labels?, Bool) in
      let isFresh = state.readAt.map { ContinuousClock.now - $0 < Self.freshFor } ?? false
      // One reader at a time; the others take what is known.
      guard !isFresh, !(state.isReading && state.labels != nil) else { return (state.labels, false) }
      state.isReading = true
      return (state.labels, true)
    }
    guard mustRead else { return known ?? Labels(tree: CategoryTree(nodes: []), attributes: [:]) }
    do {
      let labels = try await withDeadline(deadline) { try await self.read() }
      state.withLock { $0 = State(labels: labels, readAt: .now, isReading: false) }
      return labels
    } catch {
      state.withLock { $0.isReading = false }
      if known == nil { degraded.append("facets") }
      return known ?? Labels(tree: CategoryTree(nodes: []), attributes: [:])
    }
  }

  private func read() async throws -> Labels {
    let definitions = try await catalog.facetDefinitions(in: nil)
    return Labels(
      tree: try await catalog.categoryTree(),
      attributes: Dictionary(definitions.map { ($0.code, $0) }, uniquingKeysWith: { first, _ in first }))
  }
}
