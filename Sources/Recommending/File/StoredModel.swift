/// A model that a file can hold.
public protocol StoredModel {
  /// Its arrays, their names behind `prefix` and a point.
  func arrays(prefix: String) -> [String: ModelFile.Values]
  /// Reads them back; what does not fit together is refused.
  init(_ file: ModelFile, prefix: String) throws(ModelFile.Fault)
}

extension SparseRows {
  func arrays(prefix: String) -> [String: ModelFile.Values] {
    [
      "\(prefix).offsets": .int64s(offsets.map(Int64.init)), "\(prefix).columns": .int32s(columns),
      "\(prefix).values": .floats(values),
    ]
  }

  init(_ file: ModelFile, prefix: String, columnCount: Int) throws(ModelFile.Fault) {
    let offsets = try file.int64s("\(prefix).offsets")
    let columns = try file.int32s("\(prefix).columns")
    let values = try file.floats("\(prefix).values")
    guard offsets.first == 0, offsets.last == Int64(columns.count), columns.count == values.count,
      zip(offsets, offsets.dropFirst()).allSatisfy({ $0 <= $1 }),
      columns.allSatisfy({ (0..<columnCount).contains(Int($0)) })
    else { throw ModelFile.Fault("the arrays \(prefix) are not a matrix of \(columnCount) columns") }
    self.init(columnCount: columnCount, offsets: offsets.map(Int.init), columns: columns, values: values)
  }
}

extension ItemWeights: StoredModel {
  public func arrays(prefix: String) -> [String: ModelFile.Values] { rows.arrays(prefix: prefix) }

  public init(_ file: ModelFile, prefix: String) throws(ModelFile.Fault) {
    let count = try file.int64s("\(prefix).offsets").count - 1
    guard count >= 0 else { throw ModelFile.Fault("the array \(prefix).offsets is empty") }
    self.init(rows: try SparseRows(file, prefix: prefix, columnCount: count))
  }
}

extension Popularity: StoredModel {
  public func arrays(prefix: String) -> [String: ModelFile.Values] { ["\(prefix).scores": .floats(scores)] }

  public init(_ file: ModelFile, prefix: String) throws(ModelFile.Fault) {
    self.init(scores: try file.floats("\(prefix).scores"))
  }
}

extension ImplicitALS: StoredModel {
  private static let maxFactors: Int64 = 4_096

  public func arrays(prefix: String) -> [String: ModelFile.Values] {
    [
      "\(prefix).factors": .int64s([Int64(factors)]), "\(prefix).options": .floats([regularization, alpha]),
      "\(prefix).users": .floats(users), "\(prefix).items": .floats(items),
    ]
  }

  public init(_ file: ModelFile, prefix: String) throws(ModelFile.Fault) {
    let options = try file.floats("\(prefix).options")
    let (users, items) = (try file.floats("\(prefix).users"), try file.floats("\(prefix).items"))
    guard let factors = try file.int64s("\(prefix).factors").first, (1...Self.maxFactors).contains(factors),
      options.count == 2, options[0] >= 0, options[1] > 0, users.count % Int(factors) == 0,
      items.count % Int(factors) == 0
    else { throw ModelFile.Fault("the arrays \(prefix) are not factors of users and items") }
    self.init(factors: Int(factors), regularization: options[0], alpha: options[1], users: users, items: items)
  }
}

extension ContentModel: StoredModel {
  public func arrays(prefix: String) -> [String: ModelFile.Values] {
    vectors.arrays(prefix: "\(prefix).vectors").merging(
      ["\(prefix).terms": .texts(terms), "\(prefix).idf": .floats(idf)], uniquingKeysWith: { first, _ in first })
  }

  public init(_ file: ModelFile, prefix: String) throws(ModelFile.Fault) {
    let (terms, idf) = (try file.texts("\(prefix).terms"), try file.floats("\(prefix).idf"))
    guard terms.count == idf.count else { throw ModelFile.Fault("the arrays \(prefix) are not terms with an idf each") }
    let vectors = try SparseRows(file, prefix: "\(prefix).vectors", columnCount: terms.count)
    self.init(terms: terms, idf: idf, vectors: vectors)
  }
}
