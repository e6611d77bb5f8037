// Every target that reads what comes from outside is compiled with this module imported (Package.swift), so that a bare
// conversion of a whole number to a type that may not hold it is an error of the build that says what to write.

extension Int {
  @available(*, deprecated, message: "ends the process where it does not fit: write Int(clamping:) or Int(exactly:)")
  public init(_ source: UInt) { self.init(clamping: source) }

  @available(*, deprecated, message: "ends the process where it does not fit: write Int(clamping:) or Int(exactly:)")
  public init(_ source: UInt64) { self.init(clamping: source) }
}

extension Int64 {
  @available(
    *, deprecated, message: "ends the process where it does not fit: write Int64(clamping:) or Int64(exactly:)"
  )
  public init(_ source: UInt) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write Int64(clamping:) or Int64(exactly:)"
  )
  public init(_ source: UInt64) { self.init(clamping: source) }
}

extension Int32 {
  @available(
    *, deprecated, message: "ends the process where it does not fit: write Int32(clamping:) or Int32(exactly:)"
  )
  public init(_ source: Int) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write Int32(clamping:) or Int32(exactly:)"
  )
  public init(_ source: Int64) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write Int32(clamping:) or Int32(exactly:)"
  )
  public init(_ source: UInt) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write Int32(clamping:) or Int32(exactly:)"
  )
  public init(_ source: UInt64) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write Int32(clamping:) or Int32(exactly:)"
  )
  public init(_ source: UInt32) { self.init(clamping: source) }
}

extension Int16 {
  @available(
    *, deprecated, message: "ends the process where it does not fit: write Int16(clamping:) or Int16(exactly:)"
  )
  public init(_ source: Int) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write Int16(clamping:) or Int16(exactly:)"
  )
  public init(_ source: Int64) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write Int16(clamping:) or Int16(exactly:)"
  )
  public init(_ source: Int32) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write Int16(clamping:) or Int16(exactly:)"
  )
  public init(_ source: UInt) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write Int16(clamping:) or Int16(exactly:)"
  )
  public init(_ source: UInt64) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write Int16(clamping:) or Int16(exactly:)"
  )
  public init(_ source: UInt32) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write Int16(clamping:) or Int16(exactly:)"
  )
  public init(_ source: UInt16) { self.init(clamping: source) }
}

extension Int8 {
  @available(*, deprecated, message: "ends the process where it does not fit: write Int8(clamping:) or Int8(exactly:)")
  public init(_ source: Int) { self.init(clamping: source) }

  @available(*, deprecated, message: "ends the process where it does not fit: write Int8(clamping:) or Int8(exactly:)")
  public init(_ source: Int64) { self.init(clamping: source) }

  @available(*, deprecated, message: "ends the process where it does not fit: write Int8(clamping:) or Int8(exactly:)")
  public init(_ source: Int32) { self.init(clamping: source) }

  @available(*, deprecated, message: "ends the process where it does not fit: write Int8(clamping:) or Int8(exactly:)")
  public init(_ source: Int16) { self.init(clamping: source) }

  @available(*, deprecated, message: "ends the process where it does not fit: write Int8(clamping:) or Int8(exactly:)")
  public init(_ source: UInt) { self.init(clamping: source) }

  @available(*, deprecated, message: "ends the process where it does not fit: write Int8(clamping:) or Int8(exactly:)")
  public init(_ source: UInt64) { self.init(clamping: source) }

  @available(*, deprecated, message: "ends the process where it does not fit: write Int8(clamping:) or Int8(exactly:)")
  public init(_ source: UInt32) { self.init(clamping: source) }

  @available(*, deprecated, message: "ends the process where it does not fit: write Int8(clamping:) or Int8(exactly:)")
  public init(_ source: UInt16) { self.init(clamping: source) }

  @available(*, deprecated, message: "ends the process where it does not fit: write Int8(clamping:) or Int8(exactly:)")
  public init(_ source: UInt8) { self.init(clamping: source) }
}

extension UInt {
  @available(*, deprecated, message: "ends the process where it does not fit: write UInt(clamping:) or UInt(exactly:)")
  public init(_ source: Int) { self.init(clamping: source) }

  @available(*, deprecated, message: "ends the process where it does not fit: write UInt(clamping:) or UInt(exactly:)")
  public init(_ source: Int64) { self.init(clamping: source) }

  @available(*, deprecated, message: "ends the process where it does not fit: write UInt(clamping:) or UInt(exactly:)")
  public init(_ source: Int32) { self.init(clamping: source) }

  @available(*, deprecated, message: "ends the process where it does not fit: write UInt(clamping:) or UInt(exactly:)")
  public init(_ source: Int16) { self.init(clamping: source) }

  @available(*, deprecated, message: "ends the process where it does not fit: write UInt(clamping:) or UInt(exactly:)")
  public init(_ source: Int8) { self.init(clamping: source) }
}

extension UInt64 {
  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt64(clamping:) or UInt64(exactly:)"
  )
  public init(_ source: Int) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt64(clamping:) or UInt64(exactly:)"
  )
  public init(_ source: Int64) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt64(clamping:) or UInt64(exactly:)"
  )
  public init(_ source: Int32) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt64(clamping:) or UInt64(exactly:)"
  )
  public init(_ source: Int16) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt64(clamping:) or UInt64(exactly:)"
  )
  public init(_ source: Int8) { self.init(clamping: source) }
}

extension UInt32 {
  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt32(clamping:) or UInt32(exactly:)"
  )
  public init(_ source: Int) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt32(clamping:) or UInt32(exactly:)"
  )
  public init(_ source: Int64) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt32(clamping:) or UInt32(exactly:)"
  )
  public init(_ source: Int32) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt32(clamping:) or UInt32(exactly:)"
  )
  public init(_ source: Int16) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt32(clamping:) or UInt32(exactly:)"
  )
  public init(_ source: Int8) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt32(clamping:) or UInt32(exactly:)"
  )
  public init(_ source: UInt) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt32(clamping:) or UInt32(exactly:)"
  )
  public init(_ source: UInt64) { self.init(clamping: source) }
}

extension UInt16 {
  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt16(clamping:) or UInt16(exactly:)"
  )
  public init(_ source: Int) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt16(clamping:) or UInt16(exactly:)"
  )
  public init(_ source: Int64) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt16(clamping:) or UInt16(exactly:)"
  )
  public init(_ source: Int32) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt16(clamping:) or UInt16(exactly:)"
  )
  public init(_ source: Int16) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt16(clamping:) or UInt16(exactly:)"
  )
  public init(_ source: Int8) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt16(clamping:) or UInt16(exactly:)"
  )
  public init(_ source: UInt) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt16(clamping:) or UInt16(exactly:)"
  )
  public init(_ source: UInt64) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt16(clamping:) or UInt16(exactly:)"
  )
  public init(_ source: UInt32) { self.init(clamping: source) }
}

extension UInt8 {
  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt8(clamping:) or UInt8(exactly:)"
  )
  public init(_ source: Int) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt8(clamping:) or UInt8(exactly:)"
  )
  public init(_ source: Int64) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt8(clamping:) or UInt8(exactly:)"
  )
  public init(_ source: Int32) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt8(clamping:) or UInt8(exactly:)"
  )
  public init(_ source: Int16) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt8(clamping:) or UInt8(exactly:)"
  )
  public init(_ source: Int8) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt8(clamping:) or UInt8(exactly:)"
  )
  public init(_ source: UInt) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt8(clamping:) or UInt8(exactly:)"
  )
  public init(_ source: UInt64) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt8(clamping:) or UInt8(exactly:)"
  )
  public init(_ source: UInt32) { self.init(clamping: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt8(clamping:) or UInt8(exactly:)"
  )
  public init(_ source: UInt16) { self.init(clamping: source) }
}
