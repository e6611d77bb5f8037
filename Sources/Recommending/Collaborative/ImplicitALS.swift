internal import CLAPACK
internal import Ranking
internal import Statistics
public import Threading

/// Implicit feedback by alternating least squares (Hu, Koren and Volinsky 2008): users x and items y minimise
/// Σ c(u, i) (p(u, i) − xᵤᵀ yᵢ)² + λ (Σ |xᵤ|² + Σ |yᵢ|²), p = 1 and c = α · value where u chose i, p = 0 and c = 1 else. A value
/// below 0 is a dislike: p = 0 with the confidence of its size.
///
/// Each side is solved by a few steps of conjugate gradient from where it stands (Takács, Pilászy and Tikk 2011), as
/// `implicit` (Frederickson) does.
public struct ImplicitALS: Explaining {
  public struct Options: Sendable, Equatable {
    public var factors: Int
    public var iterations = 15
    /// λ
    public var regularization: Float
    /// α
    public var alpha: Float
    public var conjugateGradientSteps = 3
    public var seed: UInt64 = 1
    public var workers: Int

    public init(
      factors: Int = 64, regularization: Float = 0.01, alpha: Float = 1, workers: Int = availableProcessors
    ) {
      self.factors = factors
      self.regularization = regularization
      self.alpha = alpha
      self.workers = workers
    }
  }

  public let factors: Int
  public let regularization: Float
  public let alpha: Float
  /// A row of factors for each user and item.
  let users: [Float]
  let items: [Float]
  /// YᵀY + λ I
  let gram: [Float]

  public var itemCount: Int { items.count / factors }

  /// Learns from users × items.
  public init(_ rows: SparseRows, options: Options = Options()) {
    var random = SplitMix64(seed: options.seed)
    func start(_ count: Int) -> [Float] {
      (0..<count * options.factors).map { _ in Float(random.uniform() * 0.01) }
    }
    self.init(rows, options: options, users: start(rows.rowCount), items: start(rows.columnCount))
  }

  /// Learns from given starts.
  init(_ rows: SparseRows, options: Options, users: [Float], items: [Float]) {
    precondition(
      options.factors > 0 && options.alpha > 0 && options.regularization >= 0, "factors, α and λ out of range")
    var (users, items) = (users, items)
    let byItem = rows.transposed()
    // Two threads of ours call BLAS at a time; more of its own would only take turns with them.
    openblas_set_num_threads(1)
    for _ in 0..<options.iterations {
      LeastSquares(rows, options, others: items).solve(&users)
      LeastSquares(byItem, options, others: users).solve(&items)
    }
    self.init(
      factors: options.factors, regularization: options.regularization, alpha: options.alpha, users: users, items: items
    )
  }

  /// Takes what was learnt before.
  init(factors: Int, regularization: Float, alpha: Float, users: [Float], items: [Float]) {
    self.factors = factors
    self.regularization = regularization
    self.alpha = alpha
    self.users = users
    self.items = items
    gram = LeastSquares.gram(items, factors, regularization)
  }

  /// The factors of a shopper who was not learnt, solved exactly.
  public func foldIn(_ history: History) -> [Float] {
    var solution = [Float](repeating: 0, count: factors)
    for (item, value) in zip(history.items, history.values) where value > 0 {
      add(item, times: alpha * value, to: &solution)
    }
    solve(history, &solution)
    return solution
  }

  private func add(_ item: Int32, times factor: Float, to sum: inout [Float]) {
    let start = Int(item) * factors
    for place in 0..<factors { sum[place] += factor * items[start + place] }
  }

  /// Solves (YᵀY + Yᵀ(Cᵤ − I)Y + λ I) z = b, which is positive definite; b is replaced by z.
  private func solve(_ history: History, _ right: inout [Float]) {
    var matrix = gram
    let order = Int32(factors)
    items.withUnsafeBufferPointer { items in
      for (item, value) in zip(history.items, history.values) {
        let weight = abs(alpha * value) - 1
        cblas_ssyr(
          CblasRowMajor, CblasUpper, order, weight, items.baseAddress! + Int(item) * factors, 1, &matrix, order)
      }
    }
    let status = LAPACKE_sposv(
      LAPACK_ROW_MAJOR, CChar(bitPattern: UInt8(ascii: "U")), order, 1, &matrix, order, &right, 1)
    // Confidences far below 1 and no regularization can leave the matrix without an inverse; the shopper is then as new.
    if status != 0 { for place in right.indices { right[place] = 0 } }
  }

  public func score(_ history: History, into scores: inout [Float]) { score(foldIn(history), into: &scores) }

  /// The scores of a user who was learnt, by the factors found then.
  public func score(user: Int, into scores: inout [Float]) {
    score(Array(users[user * factors..<(user + 1) * factors]), into: &scores)
  }

  private func score(_ user: [Float], into scores: inout [Float]) {
    guard itemCount > 0 else { return }
    cblas_sgemv(
      CblasRowMajor, CblasNoTrans, Int32(itemCount), Int32(factors), 1, items, Int32(factors), user, 1, 0, &scores, 1)
  }

  /// Each item's share of the score: c(u, i) yᵢᵀ z with z = (YᵀCᵤY + λ I)⁻¹ yⱼ (section 5 of the paper).
  public func contributions(to item: Int32, from history: History) -> [Contribution] {
    var solution = [Float](repeating: 0, count: factors)
    add(item, times: 1, to: &solution)
    solve(history, &solution)
    return zip(history.items, history.values).filter { $1 > 0 }.map { seen, value in
      let start = Int(seen) * factors
      let product = (0..<factors).reduce(Float(0)) { $0 + items[start + $1] * solution[$1] }
      return Contribution(item: seen, share: alpha * value * product)
    }.sorted { $0.share > $1.share }
  }
}

/// One side's rows, solved with the other side fixed.
private struct LeastSquares {
  /// So many of the other side's rows are copied side by side at a time: 256 KB at 64 factors, which the cache holds.
  private static let gatheredRows = 1_024
  private static let block = 64
  /// Below this |r|² a row is solved.
  private static let solved: Float = 1e-20

  let rows: SparseRows
  let options: ImplicitALS.Options
  let others: [Float]
  let gram: [Float]

  init(_ rows: SparseRows, _ options: ImplicitALS.Options, others: [Float]) {
    self.rows = rows
    self.options = options
    self.others = others
    gram = Self.gram(others, options.factors, options.regularization)
  }

  /// YᵀY + λ I, both triangles.
  static func gram(_ rows: [Float], _ factors: Int, _ regularization: Float) -> [Float] {
    var gram = [Float](repeating: 0, count: factors * factors)
    let (count, order) = (Int32(rows.count / factors), Int32(factors))
    if count > 0 {
      cblas_sgemm(
        CblasRowMajor, CblasTrans, CblasNoTrans, order, order, count, 1, rows, order, rows, order, 0, &gram, order)
    }
    for factor in 0..<factors { gram[factor * factors + factor] += regularization }
    return gram
  }

  private struct Scratch {
    var gathered: [Float]
    var products: [Float]
    var residual: [Float]
    var direction: [Float]
    var image: [Float]

    init(factors: Int) {
      gathered = .init(repeating: 0, count: LeastSquares.gatheredRows * factors)
      products = .init(repeating: 0, count: LeastSquares.gatheredRows)
      residual = .init(repeating: 0, count: factors)
      direction = residual
      image = residual
    }
  }

  func solve(_ solutions: inout [Float]) {
    let factors = options.factors
    solutions.withUnsafeMutableBufferPointer { solutions in
      nonisolated(unsafe) let solutions = solutions
      inParallel(
        rows.rowCount, block: Self.block, workers: options.workers, scratch: { Scratch(factors: factors) }
      ) { block, scratch in
        for row in block {
          let solution = UnsafeMutableBufferPointer(rebasing: solutions[row * factors..<(row + 1) * factors])
          if rows.range(row).isEmpty {
            solution.update(repeating: 0)
          } else {
            solve(row, solution, &scratch)
          }
        }
      }
    }
  }

  private func solve(_ row: Int, _ solution: UnsafeMutableBufferPointer<Float>, _ scratch: inout Scratch) {
    let factors = options.factors
    // Where a row fits the buffer it is copied once for all steps.
    let isGathered = rows.range(row).count <= Self.gatheredRows
    let isUniform = rows.range(row).allSatisfy { abs(options.alpha * rows.values[$0]) == 1 }
    // r = Yᵀ(c − (c − 1) Y x) − (YᵀY + λ I) x
    multiply(solution.baseAddress!, by: -1, into: &scratch.residual)
    addRows(row, solution.baseAddress!, isResidual: true, isGathered: false, &scratch)
    var square = 0 as Float
    for factor in 0..<factors {
      scratch.direction[factor] = scratch.residual[factor]
      square += scratch.residual[factor] * scratch.residual[factor]
    }
    for _ in 0..<options.conjugateGradientSteps where square >= Self.solved {
      scratch.direction.withUnsafeBufferPointer { multiply($0.baseAddress!, by: 1, into: &scratch.image) }
      if !isUniform {
        let direction = scratch.direction
        direction.withUnsafeBufferPointer {
          addRows(row, $0.baseAddress!, isResidual: false, isGathered: isGathered, &scratch)
        }
      }
      var curvature = 0 as Float
      for factor in 0..<factors { curvature += scratch.direction[factor] * scratch.image[factor] }
      let step = square / curvature
      var next = 0 as Float
      for factor in 0..<factors {
        solution[factor] += step * scratch.direction[factor]
        scratch.residual[factor] -= step * scratch.image[factor]
        next += scratch.residual[factor] * scratch.residual[factor]
      }
      for factor in 0..<factors {
        scratch.direction[factor] = scratch.residual[factor] + next / square * scratch.direction[factor]
      }
      square = next
    }
  }

  /// result = ±(YᵀY + λ I) vector
  private func multiply(_ vector: UnsafePointer<Float>, by sign: Float, into result: inout [Float]) {
    let order = Int32(options.factors)
    cblas_sgemv(CblasRowMajor, CblasNoTrans, order, order, sign, gram, order, vector, 1, 0, &result, 1)
  }

  /// Adds Yᵀ(p − (c − 1) Y v) over the row's entries to the residual, or Yᵀ(c − 1) Y v to the image.
  private func addRows(
    _ row: Int, _ vector: UnsafePointer<Float>, isResidual: Bool, isGathered: Bool, _ scratch: inout Scratch
  ) {
    let (factors, range) = (options.factors, rows.range(row))
    let order = Int32(factors)
    for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.gatheredRows) {
      let places = start..<min(range.upperBound, start + Self.gatheredRows)
      if !isGathered { gather(places, &scratch) }
      let count = Int32(places.count)
      cblas_sgemv(
        CblasRowMajor, CblasNoTrans, count, order, 1, scratch.gathered, order, vector, 1, 0, &scratch.products, 1)
      for place in places {
        let confidence = options.alpha * rows.values[place]
        let weighted = (abs(confidence) - 1) * scratch.products[place - start]
        scratch.products[place - start] = isResidual ? max(0, confidence) - weighted : weighted
      }
      if isResidual {
        cblas_sgemv(
          CblasRowMajor, CblasTrans, count, order, 1, scratch.gathered, order, scratch.products, 1, 1,
          &scratch.residual, 1)
      } else {
        cblas_sgemv(
          CblasRowMajor, CblasTrans, count, order, 1, scratch.gathered, order, scratch.products, 1, 1, &scratch.image, 1
        )
      }
    }
  }

  private func gather(_ places: Range<Int>, _ scratch: inout Scratch) {
    let factors = options.factors
    scratch.gathered.withUnsafeMutableBufferPointer { gathered in
      others.withUnsafeBufferPointer { others in
        for (index, place) in places.enumerated() {
          (gathered.baseAddress! + index * factors).update(
            from: others.baseAddress! + Int(rows.columns[place]) * factors, count: factors)
        }
      }
    }
  }
}
