/// A response's status code.
public struct HTTPStatus: Sendable, Hashable, ExpressibleByIntegerLiteral {
  /// The three digits, 100 to 599.
  public let code: Int

  /// Makes a status from a code from 100 to 599.
  public init(_ code: Int) {
    precondition((100...599).contains(code), "\(code) is no HTTP status: 100 to 599")
    self.code = code
  }

  public init(integerLiteral value: Int) { self.init(value) }

  public static let ok: HTTPStatus = 200
  public static let created: HTTPStatus = 201
  public static let accepted: HTTPStatus = 202
  public static let noContent: HTTPStatus = 204
  public static let movedPermanently: HTTPStatus = 301
  public static let found: HTTPStatus = 302
  public static let seeOther: HTTPStatus = 303
  public static let notModified: HTTPStatus = 304
  public static let temporaryRedirect: HTTPStatus = 307
  public static let permanentRedirect: HTTPStatus = 308
  public static let badRequest: HTTPStatus = 400
  public static let unauthorized: HTTPStatus = 401
  public static let forbidden: HTTPStatus = 403
  public static let notFound: HTTPStatus = 404
  public static let methodNotAllowed: HTTPStatus = 405
  public static let requestTimeout: HTTPStatus = 408
  public static let conflict: HTTPStatus = 409
  public static let contentTooLarge: HTTPStatus = 413
  public static let unsupportedMediaType: HTTPStatus = 415
  public static let expectationFailed: HTTPStatus = 417
  public static let unprocessableContent: HTTPStatus = 422
  public static let tooManyRequests: HTTPStatus = 429
  public static let internalServerError: HTTPStatus = 500
  public static let notImplemented: HTTPStatus = 501
  public static let serviceUnavailable: HTTPStatus = 503
  public static let gatewayTimeout: HTTPStatus = 504
}
