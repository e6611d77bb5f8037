import Ranking

/// A dataset of the library, freed with the object.
final class LightGBMDataset {
  // c_api.h: C_API_DTYPE_…
  private static let float32: CInt = 0
  private static let float64: CInt = 1
  private static let int32: CInt = 2

  let library: LightGBMLibrary
  let handle: LightGBMLibrary.Handle

  deinit { _ = library.functions.datasetFree(handle) }

  private init(library: LightGBMLibrary, handle: LightGBMLibrary.Handle) {
    self.library = library
    self.handle = handle
  }

  /// `reference` is the handle of the training data, with whose bins validation data must be cut.
  static func of(
    _ examples: RankingExamples, weights: [Double] = [], reference: LightGBMLibrary.Handle? = nil, parameters: String,
    library: LightGBMLibrary
  ) throws(LightGBMError) -> LightGBMDataset {
    guard let rows = Int32(exactly: examples.rowCount), let columns = Int32(exactly: examples.featureCount), rows > 0
    else { throw LightGBMError("\(examples.rowCount) rows cannot be trained on") }
    var made: LightGBMLibrary.Handle?
    let code = examples.values.withUnsafeBytes { bytes in
      library.functions.datasetFromMatrix(
        bytes.baseAddress!, Self.float64, rows, columns, 1, parameters, reference, &made)
    }
    try library.check(code, "making a dataset")
    guard let made else { throw LightGBMError("making a dataset: no handle was given") }
    let dataset = LightGBMDataset(library: library, handle: made)
    try dataset.set("label", examples.ratings.map { Float($0) }, Self.float32)
    try dataset.set("group", examples.queries.map { Int32(clamping: $0.count) }, Self.int32)
    if !weights.isEmpty { try dataset.set("weight", weights.map { Float($0) }, Self.float32) }
    if !examples.positions.isEmpty { try dataset.set("position", examples.positions, Self.int32) }
    try dataset.setNames(examples.featureNames)
    return dataset
  }

  private func set<T>(_ field: String, _ values: [T], _ type: CInt) throws(LightGBMError) {
    guard let count = CInt(exactly: values.count) else { throw LightGBMError("\(field): too many values") }
    let code = values.withUnsafeBytes {
      library.functions.datasetSetField(handle, field, $0.baseAddress, count, type)
    }
    try library.check(code, "setting \(field)")
  }

  /// LightGBM splits the names in its text at spaces and refuses some signs, so only letters, digits and _ are given.
  private func setNames(_ names: [String]) throws(LightGBMError) {
    let bytes = names.map { name in
      name.unicodeScalars.map { $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0)) ? $0 : "_" }
    }
    let texts = bytes.map { scalars in scalars.map { CChar(truncatingIfNeeded: $0.value) } + [0] }
    let all = texts.flatMap { $0 }
    var starts: [Int] = []
    var next = 0
    for text in texts {
      starts.append(next)
      next += text.count
    }
    let code = all.withUnsafeBufferPointer { buffer in
      var pointers: [UnsafePointer<CChar>?] = starts.map { buffer.baseAddress! + $0 }
      return pointers.withUnsafeMutableBufferPointer {
        library.functions.datasetSetNames(handle, $0.baseAddress!, CInt(clamping: names.count))
      }
    }
    try library.check(code, "naming the features")
  }
}

/// A model under training, freed with the object.
final class LightGBMBooster {
  private let library: LightGBMLibrary
  private let handle: LightGBMLibrary.Handle
  /// The library reads them as long as it trains.
  private var datasets: [LightGBMDataset]

  deinit { _ = library.functions.boosterFree(handle) }

  private init(_ dataset: LightGBMDataset, handle: LightGBMLibrary.Handle) {
    library = dataset.library
    self.handle = handle
    datasets = [dataset]
  }

  static func on(_ dataset: LightGBMDataset, parameters: String) throws(LightGBMError) -> LightGBMBooster {
    let library = dataset.library
    var made: LightGBMLibrary.Handle?
    try library.check(library.functions.boosterCreate(dataset.handle, parameters, &made), "making a model")
    guard let made else { throw LightGBMError("making a model: no handle was given") }
    return LightGBMBooster(dataset, handle: made)
  }

  func addValidation(_ dataset: LightGBMDataset) throws(LightGBMError) {
    datasets.append(dataset)
    try library.check(library.functions.boosterAddValidation(handle, dataset.handle), "adding validation data")
  }

  /// Adds a tree; true if no tree can be added any more.
  func update() throws(LightGBMError) -> Bool {
    var isFinished: CInt = 0
    try library.check(library.functions.boosterUpdate(handle, &isFinished), "adding a tree")
    return isFinished != 0
  }

  /// The metrics on the first validation data, in the order of `eval_at`.
  func validationFigures() throws(LightGBMError) -> [Double] {
    var count: CInt = 0
    try library.check(library.functions.boosterEvalCount(handle, &count), "counting the metrics")
    var figures = Array(repeating: 0.0, count: Int(count))
    try library.check(library.functions.boosterEval(handle, 1, &count, &figures), "measuring")
    return Array(figures.prefix(Int(count)))
  }

  /// The model of the first `trees` trees as text.
  func text(trees: Int) throws(LightGBMError) -> String {
    // First the length is asked for, then the text.
    var length: Int64 = 0
    let count = CInt(clamping: trees)
    try library.check(library.functions.boosterText(handle, 0, count, 1, 0, &length, nil), "measuring the model's text")
    guard let capacity = Int(exactly: length), (1...(1 << 30)).contains(capacity) else {
      throw LightGBMError("the model's text has \(length) bytes")
    }
    var bytes = Array(repeating: CChar(0), count: capacity)
    try library.check(library.functions.boosterText(handle, 0, count, 1, length, &length, &bytes), "writing the model")
    return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The gain of all splits of each feature.
  func gains(features: Int, trees: Int) throws(LightGBMError) -> [Double] {
    var gains = Array(repeating: 0.0, count: features)
    try library.check(
      library.functions.boosterImportance(handle, CInt(clamping: trees), 1, &gains), "asking for the importance")
    return gains
  }

  /// LightGBM's own raw scores, for comparison with `TreeEnsemble`.
  func scores(of rows: [Double], features: Int, trees: Int, threads: Int) throws(LightGBMError) -> [Double] {
    let count = rows.count / features
    var scores = Array(repeating: 0.0, count: count)
    var length: Int64 = 0
    let code = rows.withUnsafeBytes { bytes in
      library.functions.boosterPredict(
        handle, bytes.baseAddress!, 1, Int32(clamping: count), Int32(clamping: features), 1, 1, 0,
        CInt(clamping: trees), "num_threads=\(threads)", &length, &scores)
    }
    try library.check(code, "scoring")
    return scores
  }
}
