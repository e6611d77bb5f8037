import Glibc

/// The reason why LightGBM does not do what was asked.
public struct LightGBMError: Error, Sendable, Equatable, CustomStringConvertible {
  public let reason: String
  public var description: String { "LightGBM: \(reason)" }

  init(_ reason: String) { self.reason = reason }
}

/// LightGBM's C API, loaded when a model is trained. Nothing that serves shoppers needs it.
///
/// `scripts/install-lightgbm` puts `lib_lightgbm.so` in place; `VITRINE_LIGHTGBM` names another file. The signatures are
/// those of LightGBM 4's `c_api.h`.
public final class LightGBMLibrary: Sendable {
  typealias Handle = UnsafeMutableRawPointer
  typealias Text = UnsafePointer<CChar>
  typealias Out<T> = UnsafeMutablePointer<T>

  struct Functions: @unchecked Sendable {
    // Plain pointers to C functions, which are never unloaded.
    let lastError: @convention(c) () -> Text?
    let registerLog: @convention(c) (@convention(c) (Text?) -> Void) -> CInt
    let datasetFromMatrix:
      @convention(c) (UnsafeRawPointer, CInt, Int32, Int32, CInt, Text, Handle?, Out<Handle?>) -> CInt
    let datasetSetField: @convention(c) (Handle, Text, UnsafeRawPointer?, CInt, CInt) -> CInt
    let datasetSetNames: @convention(c) (Handle, UnsafeMutablePointer<Text?>, CInt) -> CInt
    let datasetFree: @convention(c) (Handle) -> CInt
    let boosterCreate: @convention(c) (Handle, Text, Out<Handle?>) -> CInt
    let boosterAddValidation: @convention(c) (Handle, Handle) -> CInt
    let boosterUpdate: @convention(c) (Handle, Out<CInt>) -> CInt
    let boosterEvalCount: @convention(c) (Handle, Out<CInt>) -> CInt
    let boosterEval: @convention(c) (Handle, CInt, Out<CInt>, Out<Double>) -> CInt
    let boosterText: @convention(c) (Handle, CInt, CInt, CInt, Int64, Out<Int64>, UnsafeMutablePointer<CChar>?) -> CInt
    let boosterImportance: @convention(c) (Handle, CInt, CInt, Out<Double>) -> CInt
    let boosterPredict:
      @convention(c) (
        Handle, UnsafeRawPointer, CInt, Int32, Int32, CInt, CInt, CInt, CInt, Text, Out<Int64>, Out<Double>
      ) -> CInt
    let boosterFree: @convention(c) (Handle) -> CInt
  }

  let functions: Functions

  /// The place where `scripts/install-lightgbm` puts the library.
  public static var standardPath: String {
    let cache = variable("XDG_CACHE_HOME") ?? (variable("HOME") ?? "/root") + "/.cache"
    return cache + "/vitrine/lib_lightgbm.so"
  }

  /// The file that `VITRINE_LIGHTGBM` names, or the standard one.
  public static var path: String { variable("VITRINE_LIGHTGBM") ?? standardPath }

  /// Whether there is a file to load.
  public static var isInstalled: Bool { access(path, R_OK) == 0 }

  private static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Loads the library. Throws `LightGBMError` that says what to do if there is none, or if it lacks a function.
  public init(path: String = LightGBMLibrary.path) throws(LightGBMError) {
    guard access(path, R_OK) == 0 else {
      throw LightGBMError(
        "there is no \(path): run scripts/install-lightgbm, or name lib_lightgbm.so in VITRINE_LIGHTGBM; "
          + "the linear model needs no library")
    }
    guard let library = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
      throw LightGBMError("cannot load \(path): \(dlerror().map { String(cString: $0) } ?? "no reason given")")
    }
    functions = try Self.functions(of: library, path: path)
    // Its lines would go to standard output, among the results.
    _ = functions.registerLog { _ in }
  }

  private static func functions(
    of library: UnsafeMutableRawPointer, path: String
  ) throws(LightGBMError) -> Functions {
    func find<F>(_ name: String, as type: F.Type) throws(LightGBMError) -> F {
      guard let symbol = dlsym(library, name) else {
        throw LightGBMError("\(path) has no \(name): LightGBM 4 is needed")
      }
      return unsafeBitCast(symbol, to: type)
    }
    return Functions(
      lastError: try find("LGBM_GetLastError", as: (@convention(c) () -> Text?).self),
      registerLog: try find(
        "LGBM_RegisterLogCallback", as: (@convention(c) (@convention(c) (Text?) -> Void) -> CInt).self),
      datasetFromMatrix: try find(
        "LGBM_DatasetCreateFromMat",
        as: (@convention(c) (UnsafeRawPointer, CInt, Int32, Int32, CInt, Text, Handle?, Out<Handle?>) -> CInt).self),
      datasetSetField: try find(
        "LGBM_DatasetSetField", as: (@convention(c) (Handle, Text, UnsafeRawPointer?, CInt, CInt) -> CInt).self),
      datasetSetNames: try find(
        "LGBM_DatasetSetFeatureNames",
        as: (@convention(c) (Handle, UnsafeMutablePointer<Text?>, CInt) -> CInt).self),
      datasetFree: try find("LGBM_DatasetFree", as: (@convention(c) (Handle) -> CInt).self),
      boosterCreate: try find("LGBM_BoosterCreate", as: (@convention(c) (Handle, Text, Out<Handle?>) -> CInt).self),
      boosterAddValidation: try find("LGBM_BoosterAddValidData", as: (@convention(c) (Handle, Handle) -> CInt).self),
      boosterUpdate: try find("LGBM_BoosterUpdateOneIter", as: (@convention(c) (Handle, Out<CInt>) -> CInt).self),
      boosterEvalCount: try find("LGBM_BoosterGetEvalCounts", as: (@convention(c) (Handle, Out<CInt>) -> CInt).self),
      boosterEval: try find(
        "LGBM_BoosterGetEval", as: (@convention(c) (Handle, CInt, Out<CInt>, Out<Double>) -> CInt).self),
      boosterText: try find(
        "LGBM_BoosterSaveModelToString",
        as: (@convention(c) (Handle, CInt, CInt, CInt, Int64, Out<Int64>, UnsafeMutablePointer<CChar>?) -> CInt).self),
      boosterImportance: try find(
        "LGBM_BoosterFeatureImportance", as: (@convention(c) (Handle, CInt, CInt, Out<Double>) -> CInt).self),
      boosterPredict: try find(
        "LGBM_BoosterPredictForMat",
        as: (@convention(c) (
          Handle, UnsafeRawPointer, CInt, Int32, Int32, CInt, CInt, CInt, CInt, Text, Out<Int64>, Out<Double>
        ) -> CInt).self),
      boosterFree: try find("LGBM_BoosterFree", as: (@convention(c) (Handle) -> CInt).self))
  }

  /// Throws with the library's own reason if a call did not return 0.
  func check(_ code: CInt, _ doing: String) throws(LightGBMError) {
    guard code != 0 else { return }
    let reason = functions.lastError().map { String(cString: $0) } ?? "no reason given"
    throw LightGBMError("\(doing): \(reason.prefix(500))")
  }
}
