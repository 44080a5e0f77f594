#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "libs/http/message.h"

namespace vefa::http {

// Serves a folder from memory. Only what a walk of the folder found can be served: a path is a key
// of a table and never reaches the file system. `name.js.br` and `name.js.gz` beside `name.js` are
// its compressed forms. The folder is walked again when its index.html changes. Thread-safe.
class StaticFiles {
 public:
  static constexpr size_t kFileLimit = 8 << 20;    // Larger files are left out.
  static constexpr size_t kTotalLimit = 64 << 20;  // So is what comes after this much.

  explicit StaticFiles(std::filesystem::path root);

  // The file at `path` (as in the request, escaped), conditional and compressed as the headers ask;
  // nothing when there is none. Methods other than GET and HEAD get 405.
  std::optional<Response> Serve(const Request& request, std::string_view path);
  // The text of a file, for those who build with it; empty when there is none.
  std::string Text(const std::string& path);
  bool empty();

 private:
  struct File {
    std::string content;
    std::string brotli;
    std::string gzip;
    std::string etag;
    const char* type = nullptr;
    bool immutable = false;
  };
  using Table = std::map<std::string, File, std::less<>>;

  static Table Walk(const std::filesystem::path& root);
  void RefreshLocked();
  Response Answer(const Request& request, const File& file) const;

  const std::filesystem::path root_;
  std::mutex mutex_;
  Table files_;
  std::filesystem::file_time_type index_time_{};
  std::chrono::steady_clock::time_point checked_{};
};

}  // namespace vefa::http
