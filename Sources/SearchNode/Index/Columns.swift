/// One numeric column of one segment: the values of each document, ascending.
///
/// Whole numbers, dates and Booleans are stored unchanged, floating-point numbers as whole numbers of the same order,
/// so that range, sort and collapse compare whole numbers for every type.
final class NumericColumn: Sendable {
  let isFloating: Bool
  let values: Slab<Int64>
  /// nil: each document has exactly one value.
  let starts: Slab<UInt32>?
  let documentCount: Int
  /// Number of documents that have a value.
  let valuedDocumentCount: Int

  init(isFloating: Bool, values: [Int64], starts: [UInt32]) {
    self.isFloating = isFloating
    self.values = Slab(values)
    documentCount = starts.count - 1
    var valued = 0
    var isDense = true
    for document in 0..<documentCount {
      let count = starts[document + 1] - starts[document]
      if count > 0 { valued += 1 }
      if count != 1 { isDense = false }
    }
    valuedDocumentCount = valued
    self.starts = isDense ? nil : Slab(starts)
  }

  @inline(__always)
  func range(_ document: Int32) -> Range<Int> {
    guard let starts else { return Int(document)..<Int(document) + 1 }
    return Int(starts.base[Int(document)])..<Int(starts.base[Int(document) + 1])
  }

  @inline(__always)
  func double(at index: Int) -> Double {
    isFloating ? SortableDouble.decode(values.base[index]) : Double(values.base[index])
  }
}

/// Doubles as whole numbers of the same order.
enum SortableDouble {
  @inline(__always)
  static func encode(_ value: Double) -> Int64 {
    let bits = Int64(bitPattern: value.bitPattern)
    return bits ^ ((bits >> 63) & Int64.max)
  }

  @inline(__always)
  static func decode(_ value: Int64) -> Double {
    Double(bitPattern: UInt64(bitPattern: value ^ ((value >> 63) & Int64.max)))
  }
}

/// One keyword column of one segment: for each document, the ordinals of its terms in the field's dictionary, ascending
/// and without duplicates.
final class OrdinalColumn: Sendable {
  let ordinals: Slab<Int32>
  /// nil: each document has exactly one ordinal.
  let starts: Slab<UInt32>?

  init(ordinals: [Int32], starts: [UInt32]) {
    self.ordinals = Slab(ordinals)
    let isDense = ordinals.count == starts.count - 1 && starts.enumerated().allSatisfy { $0.offset == Int($0.element) }
    self.starts = isDense ? nil : Slab(starts)
  }

  @inline(__always)
  func range(_ document: Int32) -> Range<Int> {
    guard let starts else { return Int(document)..<Int(document) + 1 }
    return Int(starts.base[Int(document)])..<Int(starts.base[Int(document) + 1])
  }
}

/// Collects a column's values while documents arrive in order.
struct NumericColumnWriter {
  let isFloating: Bool
  private var values: [Int64] = []
  private var starts: [UInt32] = [0]

  init(isFloating: Bool) { self.isFloating = isFloating }

  var byteCount: Int { values.count * 8 + starts.count * 4 }

  /// Adds a value of the document that `endDocument` ends next.
  @inline(__always)
  mutating func add(_ value: Int64) { values.append(value) }

  /// Assigns the values added since the last document to this one; documents in between have none.
  mutating func endDocument(_ document: Int) {
    let start = Int(starts[starts.count - 1])
    guard values.count > start else { return }
    while starts.count <= document { starts.append(UInt32(start)) }
    if values.count - start > 1 { values[start...].sort() }
    starts.append(UInt32(values.count))
  }

  /// Drops the values added since the last document.
  mutating func discardDocument() { values.removeSubrange(Int(starts[starts.count - 1])...) }

  mutating func finish(documentCount: Int) -> NumericColumn {
    while starts.count <= documentCount { starts.append(UInt32(values.count)) }
    return NumericColumn(isFloating: isFloating, values: values, starts: starts)
  }
}

/// Collects ordinals while documents arrive in order.
struct OrdinalColumnWriter {
  private var ordinals: [Int32] = []
  private var starts: [UInt32] = [0]

  /// Adds an ordinal of the document that `endDocument` ends next; ordinals may come unsorted and repeated.
  @inline(__always)
  mutating func add(_ ordinal: Int32) { ordinals.append(ordinal) }

  /// Assigns the ordinals added since the last document to this one; documents in between have none.
  mutating func endDocument(_ document: Int) {
    let start = Int(starts[starts.count - 1])
    while starts.count <= document { starts.append(UInt32(start)) }
    if ordinals.count - start > 1 { sortDistinct(from: start) }
    starts.append(UInt32(ordinals.count))
  }

  private mutating func sortDistinct(from start: Int) {
    ordinals.withUnsafeMutableBufferPointer { ordinals in
      // Insertion sort: the ordinals are few and mostly in order.
      for index in start + 1..<ordinals.count {
        let moved = ordinals[index]
        var place = index
        while place > start, ordinals[place - 1] > moved {
          ordinals[place] = ordinals[place - 1]
          place -= 1
        }
        ordinals[place] = moved
      }
    }
    var kept = start + 1
    for index in start + 1..<ordinals.count where ordinals[index] != ordinals[kept - 1] {
      ordinals[kept] = ordinals[index]
      kept += 1
    }
    ordinals.removeSubrange(kept...)
  }

  mutating func finish(documentCount: Int) -> OrdinalColumn {
    while starts.count <= documentCount { starts.append(UInt32(ordinals.count)) }
    return OrdinalColumn(ordinals: ordinals, starts: starts)
  }
}
