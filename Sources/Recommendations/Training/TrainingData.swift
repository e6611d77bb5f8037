public import Catalog
public import Ports
import Recommending
import Threading

/// The shoppers' deeds that a model learns from, with shoppers and products by place.
public struct TrainingData: Sendable {
  struct Row: Sendable {
    var shopper: Int32
    var item: Int32
    var weight: Float
    var seconds: Int64
    var isPurchase: Bool
  }

  /// Rows that are read at most, the newest ones: about 500 MB.
  static let maxRows = 20_000_000
  /// Windows of so many days are read, newest first.
  private static let windowDays = 30
  private static let maxDays = 720

  let products: [ProductID]
  private(set) var rows: [Row] = []
  private(set) var shopperCount = 0
  /// Deeds with products that the catalog does not hold.
  public private(set) var unknownProducts = 0
  /// The same for the same deeds, whatever order they were read in.
  private(set) var digest: UInt64 = 0
  public private(set) var through: Timestamp

  public var count: Int { rows.count }

  init(products: [ProductID], through: Timestamp) {
    self.products = products
    self.through = through
  }

  /// Reads the history before `now`, newest first, until the data has an end or is enough.
  public static func read(
    _ history: any InteractionHistory, products: [ProductID], now: Timestamp,
    progress: @Sendable (_ rows: Int) throws -> Void = { _ in }
  ) async throws -> TrainingData {
    let state = Guarded(Reading(data: TrainingData(products: products, through: now)))
    var until = now
    for _ in 0..<(maxDays / windowDays) {
      let since = until.day.advanced(by: -windowDays).start
      try await history.forEachBatch(since: since, until: until) { batch in
        state.withLock { $0.add(batch) }
        try Task.checkCancellation()
      }
      until = since
      let count = state.withLock { $0.data.rows.count }
      try progress(count)
      if count >= maxRows { break }
    }
    // Millions of rows are sorted: not on a thread that requests wait for.
    return try await onThread { _ in
      state.withLock { reading in
        reading.finish()
        return reading.data
      }
    }
  }

  private struct Reading {
    var data: TrainingData
    var shoppers: [ShopperID: Int32] = [:]
    let places: [ProductID: Int32]

    init(data: TrainingData) {
      self.data = data
      places = Dictionary(
        data.products.enumerated().map { ($1, Int32(clamping: $0)) }, uniquingKeysWith: { first, _ in first })
    }

    mutating func add(_ batch: [Interaction]) {
      for deed in batch {
        guard let item = places[deed.product] else {
          data.unknownProducts += 1
          continue
        }
        guard data.rows.count < TrainingData.maxRows else { return }
        let next = Int32(clamping: shoppers.count)
        let shopper = shoppers[deed.shopper, default: next]
        if shopper == next { shoppers[deed.shopper] = next }
        let seconds = deed.at.microsecondsSinceEpoch / 1_000_000
        data.rows.append(
          Row(
            shopper: shopper, item: item, weight: Float(deed.weight), seconds: seconds,
            isPurchase: deed.kind == .purchase))
        var hasher = Mixer()
        hasher.mix(UInt64(bitPattern: deed.shopper.rawValue))
        hasher.mix(UInt64(bitPattern: deed.product.rawValue))
        hasher.mix(UInt64(bitPattern: seconds))
        hasher.mix(deed.weight.bitPattern)
        data.digest &+= hasher.state
      }
    }

    /// Puts shoppers and rows in one order, whatever order they were read in: the same data gives the same model.
    mutating func finish() {
      data.shopperCount = shoppers.count
      var places = [Int32](repeating: 0, count: shoppers.count)
      for (place, shopper) in shoppers.sorted(by: { $0.key < $1.key }).enumerated() {
        places[Int(shopper.value)] = Int32(clamping: place)
      }
      for row in data.rows.indices { data.rows[row].shopper = places[Int(data.rows[row].shopper)] }
      data.rows.sort {
        ($0.seconds, $0.shopper, $0.item, $0.weight) < ($1.seconds, $1.shopper, $1.item, $1.weight)
      }
    }
  }

  /// A hash of several words.
  private struct Mixer {
    var state = SplitMix64.step

    mutating func mix(_ word: UInt64) { state = SplitMix64.scrambled((state ^ word) &+ SplitMix64.step) }
  }

  /// The number of rows before a moment; rows stand in the order of their times.
  func count(until end: Int64) -> Int {
    var (low, high) = (0, rows.count)
    while low < high {
      let middle = low + (high - low) / 2
      if rows[middle].seconds < end { low = middle + 1 } else { high = middle }
    }
    return low
  }

  // MARK: Matrices

  /// Shoppers × products of the rows in this period, each pair once, with the sum of its weights; pairs that show no
  /// interest are left out.
  func matrix(from first: Int64 = .min, until end: Int64 = .max) -> SparseRows {
    let kept = rows.lazy.filter { $0.seconds >= first && $0.seconds < end }
    let summed = SparseRows(
      rowCount: shopperCount, columnCount: products.count,
      entries: Array(kept.map { SparseRows.Entry(row: $0.shopper, column: $0.item, value: $0.weight) })
    ).merged()
    var entries: [SparseRows.Entry] = []
    entries.reserveCapacity(summed.count)
    for shopper in 0..<summed.rowCount {
      for place in summed.range(shopper) where summed.values[place] > 0 {
        entries.append(
          SparseRows.Entry(
            row: Int32(clamping: shopper), column: summed.columns[place],
            value: min(summed.values[place], Self.maxInterest)))
      }
    }
    return SparseRows(rowCount: shopperCount, columnCount: products.count, entries: entries)
  }

  /// Shoppers × products as serving remembers them at a moment (`ShopperView`): the last products of each shopper, with
  /// values that fade from the newest to the oldest. By it what is measured is what is served.
  func remembered(until end: Int64, fading: Float) -> SparseRows {
    var places: [[(item: Int32, value: Float)]] = .init(repeating: [], count: shopperCount)
    // Newest first: a shopper's deeds beyond those that serving reads are passed over.
    var read = [Int](repeating: 0, count: shopperCount)
    for row in rows[..<count(until: end)].reversed() {
      let shopper = Int(row.shopper)
      guard read[shopper] < RecommendationService.Options().maxDeeds else { continue }
      read[shopper] += 1
      if let known = places[shopper].firstIndex(where: { $0.item == row.item }) {
        places[shopper][known].value += row.weight
      } else {
        places[shopper].append((row.item, row.weight))
      }
    }
    let entries = places.enumerated().flatMap { shopper, seen in
      var fade: Float = 1
      return seen.lazy.filter { $0.value > 0 }.prefix(ShopperView.maxSeen).map { item, value in
        defer { fade *= fading }
        return SparseRows.Entry(
          row: Int32(clamping: shopper), column: item, value: min(value, ShopperView.maxWeight) * fade)
      }
    }
    return SparseRows(rowCount: shopperCount, columnCount: products.count, entries: entries)
  }

  /// More views of one product say nothing more.
  private static let maxInterest: Float = 20

  /// Baskets × products: what one shopper bought on one day.
  func baskets(until end: Int64 = .max) -> SparseRows {
    var baskets: [Int64: Int32] = [:]
    var entries: [SparseRows.Entry] = []
    for row in rows where row.isPurchase && row.seconds < end {
      let key = Int64(row.shopper) << 24 | (row.seconds / 86_400) & 0xFF_FFFF
      let next = Int32(clamping: baskets.count)
      let basket = baskets[key, default: next]
      if basket == next { baskets[key] = next }
      entries.append(SparseRows.Entry(row: basket, column: row.item, value: 1))
    }
    return SparseRows(rowCount: baskets.count, columnCount: products.count, entries: entries).merged()
  }

  /// How much each product is chosen, what is older than two weeks counting half.
  func popularity(until end: Int64 = .max) -> Popularity {
    let now = min(end, through.microsecondsSinceEpoch / 1_000_000)
    let counted = rows.lazy.filter { $0.seconds < end && $0.weight > 0 }.map {
      Interactions.Row(user: $0.shopper, item: $0.item, rating: $0.weight, seconds: $0.seconds)
    }
    return Popularity(
      itemCount: products.count, rows: Array(counted),
      options: .init(halfLifeSeconds: 14 * 86_400, now: now))
  }

  /// The median time between two purchases of one category by one shopper, where enough shoppers bought twice.
  func repurchaseSeconds(categories: [CategoryID?]) -> [CategoryID: Int64] {
    struct Key: Hashable {
      var shopper: Int32
      var category: CategoryID
    }
    var last: [Key: Int64] = [:]
    var gaps: [CategoryID: [Int64]] = [:]
    for row in rows where row.isPurchase {
      guard let category = categories[Int(row.item)] else { continue }
      let key = Key(shopper: row.shopper, category: category)
      if let before = last[key], row.seconds - before >= 86_400 {
        gaps[category, default: []].append(row.seconds - before)
      }
      last[key] = row.seconds
    }
    return gaps.filter { $0.value.count >= Self.leastGaps }.mapValues { $0.sorted()[$0.count / 2] }
  }

  private static let leastGaps = 20
}
