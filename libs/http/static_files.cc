#include "libs/http/static_files.h"

#include <fstream>
#include <iterator>

#include "libs/base/text.h"
#include "libs/crypto/crypto.h"
#include "libs/http/url.h"

namespace vefa::http {

namespace fs = std::filesystem;

namespace {

constexpr auto kCheckEvery = std::chrono::seconds(1);
constexpr size_t kHashLength = 8;

const char* TypeOf(const fs::path& path) {
  static const std::map<std::string, const char*, std::less<>> kTypes{{".html", "text/html; charset=utf-8"},
                                                                      {".js", "text/javascript; charset=utf-8"},
                                                                      {".css", "text/css; charset=utf-8"},
                                                                      {".json", "application/json"},
                                                                      {".svg", "image/svg+xml"},
                                                                      {".png", "image/png"},
                                                                      {".ico", "image/x-icon"},
                                                                      {".woff2", "font/woff2"},
                                                                      {".txt", "text/plain; charset=utf-8"},
                                                                      {".webmanifest", "application/manifest+json"},
                                                                      {".webp", "image/webp"},
                                                                      {".map", "application/json"}};
  auto found = kTypes.find(path.extension().string());
  return found == kTypes.end() ? "application/octet-stream" : found->second;
}

// Whether a build tool put a hash of the content into the name: `main-BdxU3gqa.js`.
bool HasHashedName(const fs::path& path) {
  std::string stem = path.stem().string();
  size_t dash = stem.size() > kHashLength ? stem.size() - kHashLength - 1 : std::string::npos;
  if (dash == std::string::npos || (stem[dash] != '-' && stem[dash] != '.')) return false;
  bool telling = false;
  for (char c : stem.substr(dash + 1)) {
    bool lower = c >= 'a' && c <= 'z';
    bool other = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    if (!lower && !other) return false;
    telling = telling || !lower;
  }
  // Eight small letters are as likely a word.
  return telling;
}

std::string ReadFile(const fs::path& path) {
  std::error_code error;
  if (!fs::is_regular_file(path, error) || fs::file_size(path, error) > StaticFiles::kFileLimit || error) return {};
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

StaticFiles::StaticFiles(fs::path root) : root_(std::move(root)) {
  std::lock_guard lock(mutex_);
  RefreshLocked();
}

StaticFiles::Table StaticFiles::Walk(const fs::path& root) {
  Table table;
  std::error_code error;
  size_t total = 0;
  // Links are not followed: what is served lies in the folder.
  for (fs::recursive_directory_iterator it(root, error), end; !error && it != end; it.increment(error)) {
    const fs::path& path = it->path();
    std::string extension = path.extension().string();
    if (path.filename().string().starts_with(".")) {
      if (it->is_directory(error)) it.disable_recursion_pending();
      continue;
    }
    if (it->is_symlink(error) || !it->is_regular_file(error) || extension == ".br" || extension == ".gz") continue;
    File file;
    file.content = ReadFile(path);
    file.brotli = ReadFile(path.string() + ".br");
    file.gzip = ReadFile(path.string() + ".gz");
    total += file.content.size() + file.brotli.size() + file.gzip.size();
    if (file.content.empty() || total > kTotalLimit) continue;
    file.etag = ToHex(crypto::Bytes(crypto::Sha256(file.content)).substr(0, 8));
    file.type = TypeOf(path);
    file.immutable = HasHashedName(path);
    table.emplace("/" + fs::relative(path, root, error).generic_string(), std::move(file));
  }
  return table;
}

void StaticFiles::RefreshLocked() {
  auto now = std::chrono::steady_clock::now();
  if (now - checked_ < kCheckEvery) return;
  checked_ = now;
  std::error_code error;
  auto time = fs::last_write_time(root_ / "index.html", error);
  if (error || time == index_time_) return;
  index_time_ = time;
  files_ = Walk(root_);
}

std::optional<Response> StaticFiles::Serve(const Request& request, std::string_view path) {
  auto decoded = PercentDecode(path);
  if (!decoded.ok()) return std::nullopt;
  std::lock_guard lock(mutex_);
  RefreshLocked();
  auto found = files_.find(*decoded);
  if (found == files_.end()) return std::nullopt;
  if (request.method != "GET" && request.method != "HEAD") {
    Response refused = TextResponse(405, "Only GET and HEAD are allowed here.\n");
    refused.headers.Add("Allow", "GET, HEAD");
    return refused;
  }
  return Answer(request, found->second);
}

Response StaticFiles::Answer(const Request& request, const File& file) const {
  bool brotli = !file.brotli.empty() && request.headers.HasToken("Accept-Encoding", "br");
  bool gzip = !brotli && !file.gzip.empty() && request.headers.HasToken("Accept-Encoding", "gzip");
  std::string etag = "\"" + file.etag + (brotli ? "-br" : gzip ? "-gz" : "") + "\"";
  Response response;
  response.headers.Add("ETag", etag);
  response.headers.Add("Cache-Control", file.immutable ? "public, max-age=31536000, immutable" : "no-cache");
  response.headers.Add("Vary", "Accept-Encoding");
  if (request.headers.HasToken("If-None-Match", etag) || request.headers.HasToken("If-None-Match", "W/" + etag)) {
    response.status = 304;
    return response;
  }
  response.headers.Add("Content-Type", file.type);
  if (brotli) response.headers.Add("Content-Encoding", "br");
  if (gzip) response.headers.Add("Content-Encoding", "gzip");
  response.body = brotli ? file.brotli : gzip ? file.gzip : file.content;
  return response;
}

std::string StaticFiles::Text(const std::string& path) {
  std::lock_guard lock(mutex_);
  RefreshLocked();
  auto found = files_.find(path);
  return found == files_.end() ? std::string() : found->second.content;
}

bool StaticFiles::empty() {
  std::lock_guard lock(mutex_);
  RefreshLocked();
  return files_.empty();
}

}  // namespace vefa::http
