#include "libs/telemetry/log.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cmath>
#include <cstdio>

#include "libs/base/clock.h"
#include "libs/base/text.h"
#include "libs/telemetry/trace.h"

namespace vefa::telemetry {
namespace {

// The one global of the project: where lines go and which are written.
std::string g_service = "vefa";              // NOLINT: set once before threads start
std::atomic<Level> g_lowest{Level::kInfo};
std::array<std::atomic<uint64_t>, 4> g_lines{};  // By level.

}  // namespace

const char* LevelName(Level level) {
  switch (level) {
    case Level::kDebug: return "debug";
    case Level::kInfo: return "info";
    case Level::kWarn: return "warn";
    case Level::kError: return "error";
  }
  return "info";
}

Level LowestLevel() { return g_lowest; }
void SetLowestLevel(Level lowest) { g_lowest = lowest; }

uint64_t CountLines(Level level) { return g_lines[static_cast<size_t>(level)].load(std::memory_order_relaxed); }

void StartLog(std::string service, Level lowest) {
  g_service = std::move(service);
  g_lowest = lowest;
}

Level ParseLevel(std::string_view text) {
  if (text == "debug") return Level::kDebug;
  if (text == "warn") return Level::kWarn;
  if (text == "error") return Level::kError;
  return Level::kInfo;
}

std::string JsonString(std::string_view text) {
  std::string json = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') {
      json += '\\';
      json += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      json += escape;
    } else {
      json += c;
    }
  }
  return json + '"';
}

Field::Field(std::string_view text) : json_(JsonString(text)) {}

Field::Field(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.10g", number);
  json_ = std::isfinite(number) ? text : "null";
}

void Log(Level level, std::string_view message, Fields fields) {
  if (level < g_lowest.load(std::memory_order_relaxed)) return;
  std::string line = "{\"ts\":\"" + ToRfc3339(SystemClock().Now()) + "\",\"level\":\"" + LevelName(level) +
                     "\",\"service\":" + JsonString(g_service) + ",\"msg\":" + JsonString(message);
  const Trace& trace = CurrentTrace();
  if (trace.valid()) line += ",\"trace_id\":\"" + trace.trace_id() + "\",\"span_id\":\"" + trace.span_id() + '"';
  if (!CurrentTenant().is_nil()) line += ",\"tenant\":\"" + CurrentTenant().ToString() + '"';
  for (const auto& [name, value] : fields) line += ',' + JsonString(name) + ':' + value.json();
  line += "}\n";
  g_lines[static_cast<size_t>(level)].fetch_add(1, std::memory_order_relaxed);
  // A line that cannot be written has nowhere else to go.
  [[maybe_unused]] ssize_t written = write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace vefa::telemetry
