public import Catalog
public import Ports
public import Telemetry
import Threading
public import Understanding

/// The spelling corrector of a shop: its vocabulary is what the catalog's products say.
///
/// Built from Postgres, which every engine's index is built from too, so that it is the same for the embedded node,
/// Elasticsearch and OpenSearch. Until the first build is done, searches are made as typed.
public final class CatalogSpelling: Sendable {
  public struct Options: Sendable {
    /// A word of so many products is right; one of fewer may be a slip of a supplier.
    public var protectedProducts = 3
    /// Least time between the ends of two builds.
    public var leastPause = Duration.seconds(30)
    /// A build of a large catalog reads for minutes; it is let rest so many times as long.
    public var restPerBuild = 50

    public init() {}
  }

  private static let batch = 500

  private let source: any ProductSource
  private let options: Options
  private let isCounted: @Sendable (ProductSnapshot) -> Bool
  private let state = Guarded<SpellingCorrector?>(nil)

  /// `isCounted` says which products' words are learned: of a shop those that can be found.
  public init(
    source: any ProductSource, options: Options = Options(),
    isCounted: @escaping @Sendable (ProductSnapshot) -> Bool = { $0.isSearchable }
  ) {
    self.source = source
    self.options = options
    self.isCounted = isCounted
  }

  /// The words that the shop knows now; nil before the first build.
  public var vocabulary: Vocabulary? { state.withLock { $0?.vocabulary } }

  /// What a query was probably meant to be; nil where it stands as it is.
  public func correct(_ query: String) -> Correction? { state.withLock { $0 }?.correct(query) }

  /// Builds the vocabulary anew from all products and puts it in use.
  public func refresh() async throws {
    let builder = Guarded(VocabularyBuilder())
    try await source.forEachProductBatch(size: Self.batch, after: nil) { [isCounted] products in
      builder.withLock { builder in
        for product in products where isCounted(product) { builder.add(document: Self.texts(of: product)) }
      }
    }
    let corrector = SpellingCorrector(
      vocabulary: builder.withLock { $0.build() }, options: .init(protectedCount: Double(options.protectedProducts)))
    state.withLock { $0 = corrector }
  }

  /// Keeps the vocabulary up to date until it is cancelled: it is built at once, and again after changes.
  public func run(logger: Logger) async {
    var builtAt: OutboxCursor?
    while !Task.isCancelled {
      let start = ContinuousClock.now
      do {
        let end = try await source.outboxEnd()
        if builtAt != end {
          try await refresh()
          builtAt = end
        }
      } catch is CancellationError {
        return
      } catch {
        // The words known before serve meanwhile.
        logger.warning("the spelling's vocabulary was not refreshed", metadata: ["reason": .string("\(error)")])
      }
      let pause = max(options.leastPause, (ContinuousClock.now - start) * options.restPerBuild)
      do { try await Task.sleep(for: pause) } catch { return }
    }
  }

  /// What a search looks through, as one document a text: pairs of words do not reach from one text into the next.
  private static func texts(of product: ProductSnapshot) -> [String] {
    let options = product.variants.flatMap(\.options)
    return [product.title, product.brandName ?? "", product.summary] + product.categories.flatMap(\.names)
      + (product.attributes + options).flatMap(\.values).map(\.displayText)
  }
}
