// Every target is compiled with this module imported (Package.swift), so that a bare conversion of a fraction to a whole
// number, which ends the process where the number does not fit, is an error of the build that says what to write.

extension Int {
  @available(*, deprecated, message: "ends the process where it does not fit: write Int(saturating:) or Int(exactly:)")
  public init(_ source: Double) { self.init(saturating: source) }

  @available(*, deprecated, message: "ends the process where it does not fit: write Int(saturating:) or Int(exactly:)")
  public init(_ source: Float) { self.init(saturating: source) }
}

extension Int64 {
  @available(
    *, deprecated, message: "ends the process where it does not fit: write Int64(saturating:) or Int64(exactly:)"
  )
  public init(_ source: Double) { self.init(saturating: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write Int64(saturating:) or Int64(exactly:)"
  )
  public init(_ source: Float) { self.init(saturating: source) }
}

extension Int32 {
  @available(
    *, deprecated, message: "ends the process where it does not fit: write Int32(saturating:) or Int32(exactly:)"
  )
  public init(_ source: Double) { self.init(saturating: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write Int32(saturating:) or Int32(exactly:)"
  )
  public init(_ source: Float) { self.init(saturating: source) }
}

extension Int16 {
  @available(
    *, deprecated, message: "ends the process where it does not fit: write Int16(saturating:) or Int16(exactly:)"
  )
  public init(_ source: Double) { self.init(saturating: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write Int16(saturating:) or Int16(exactly:)"
  )
  public init(_ source: Float) { self.init(saturating: source) }
}

extension Int8 {
  @available(
    *, deprecated, message: "ends the process where it does not fit: write Int8(saturating:) or Int8(exactly:)"
  )
  public init(_ source: Double) { self.init(saturating: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write Int8(saturating:) or Int8(exactly:)"
  )
  public init(_ source: Float) { self.init(saturating: source) }
}

extension UInt {
  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt(saturating:) or UInt(exactly:)"
  )
  public init(_ source: Double) { self.init(saturating: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt(saturating:) or UInt(exactly:)"
  )
  public init(_ source: Float) { self.init(saturating: source) }
}

extension UInt64 {
  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt64(saturating:) or UInt64(exactly:)"
  )
  public init(_ source: Double) { self.init(saturating: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt64(saturating:) or UInt64(exactly:)"
  )
  public init(_ source: Float) { self.init(saturating: source) }
}

extension UInt32 {
  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt32(saturating:) or UInt32(exactly:)"
  )
  public init(_ source: Double) { self.init(saturating: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt32(saturating:) or UInt32(exactly:)"
  )
  public init(_ source: Float) { self.init(saturating: source) }
}

extension UInt16 {
  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt16(saturating:) or UInt16(exactly:)"
  )
  public init(_ source: Double) { self.init(saturating: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt16(saturating:) or UInt16(exactly:)"
  )
  public init(_ source: Float) { self.init(saturating: source) }
}

extension UInt8 {
  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt8(saturating:) or UInt8(exactly:)"
  )
  public init(_ source: Double) { self.init(saturating: source) }

  @available(
    *, deprecated, message: "ends the process where it does not fit: write UInt8(saturating:) or UInt8(exactly:)"
  )
  public init(_ source: Float) { self.init(saturating: source) }
}
