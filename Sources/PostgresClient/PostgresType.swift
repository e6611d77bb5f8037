/// A Postgres type, by its number in `pg_type`.
public struct PostgresType: Sendable, Hashable {
  public let oid: UInt32
  public init(oid: UInt32) { self.oid = oid }

  /// The server chooses the type from the parameter's context.
  public static let inferred = PostgresType(oid: 0)
  public static let bool = PostgresType(oid: 16)
  public static let bytea = PostgresType(oid: 17)
  public static let char = PostgresType(oid: 18)
  public static let name = PostgresType(oid: 19)
  public static let int8 = PostgresType(oid: 20)
  public static let int2 = PostgresType(oid: 21)
  public static let int4 = PostgresType(oid: 23)
  public static let text = PostgresType(oid: 25)
  public static let oid = PostgresType(oid: 26)
  public static let xid = PostgresType(oid: 28)
  public static let json = PostgresType(oid: 114)
  public static let xml = PostgresType(oid: 142)
  public static let float4 = PostgresType(oid: 700)
  public static let float8 = PostgresType(oid: 701)
  public static let unknown = PostgresType(oid: 705)
  public static let boolArray = PostgresType(oid: 1000)
  public static let int2Array = PostgresType(oid: 1005)
  public static let int4Array = PostgresType(oid: 1007)
  public static let textArray = PostgresType(oid: 1009)
  public static let int8Array = PostgresType(oid: 1016)
  public static let float8Array = PostgresType(oid: 1022)
  public static let bpchar = PostgresType(oid: 1042)
  public static let varchar = PostgresType(oid: 1043)
  public static let date = PostgresType(oid: 1082)
  public static let timestamp = PostgresType(oid: 1114)
  public static let timestamptz = PostgresType(oid: 1184)
  public static let timestamptzArray = PostgresType(oid: 1185)
  public static let numeric = PostgresType(oid: 1700)
  public static let uuid = PostgresType(oid: 2950)
  public static let uuidArray = PostgresType(oid: 2951)
  public static let jsonb = PostgresType(oid: 3802)
  public static let xid8 = PostgresType(oid: 5069)

  /// Types of the shop's own schema (enums; the base types of domains are built in) begin here.
  static let firstOwnOID: UInt32 = 16_384

  private static let names: [PostgresType: String] = [
    .bool: "boolean", .bytea: "bytea", .char: "\"char\"", .name: "name", .int8: "bigint", .int2: "smallint",
    .int4: "integer", .text: "text", .oid: "oid", .xid: "xid", .json: "json", .xml: "xml", .float4: "real",
    .float8: "double precision", .unknown: "unknown", .boolArray: "boolean[]", .int2Array: "smallint[]",
    .int4Array: "integer[]", .textArray: "text[]", .int8Array: "bigint[]", .float8Array: "double precision[]",
    .bpchar: "char(n)", .varchar: "varchar", .date: "date", .timestamp: "timestamp",
    .timestamptz: "timestamptz", .timestamptzArray: "timestamptz[]", .numeric: "numeric", .uuid: "uuid",
    .uuidArray: "uuid[]", .jsonb: "jsonb", .xid8: "xid8",
  ]

  /// The type's SQL name, or its number.
  public var displayName: String { Self.names[self] ?? "type \(oid)" }
}
