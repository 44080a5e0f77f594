#include "libs/redis/address.h"

#include <charconv>

namespace vefa::redis {
namespace {

constexpr std::string_view kScheme = "redis://";
constexpr int kPortMax = 65535;

Error Wrong() {
  return InvalidArgument("REDIS_ADDRESS", "Give host:port, or redis://user:password@host:port, as Redis's address.");
}

}  // namespace

Result<Address> Address::Parse(std::string_view text) {
  Address address;
  if (text.starts_with(kScheme)) {
    text.remove_prefix(kScheme.size());
    // The last one: a password may hold it.
    if (size_t at = text.rfind('@'); at != text.npos) {
      std::string_view who = text.substr(0, at);
      size_t colon = who.find(':');
      if (colon == who.npos) return Wrong();
      address.user = who.substr(0, colon);
      address.password = who.substr(colon + 1);
      text.remove_prefix(at + 1);
    }
  }
  size_t colon = text.rfind(':');
  if (colon == text.npos || colon == 0) return Wrong();
  address.host = text.substr(0, colon);
  std::string_view port = text.substr(colon + 1);
  auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc() || end != port.data() + port.size() || address.port < 1 || address.port > kPortMax)
    return Wrong();
  return address;
}

std::string ReadAddress(config::Environment& environment, const std::string& without) {
  const std::string takes = "host:port or redis://[user]:password@host:port";
  std::string text = without.empty() ? environment.RequireSecret("VEFA_REDIS_ADDRESS", takes)
                                     : environment.GetSecret("VEFA_REDIS_ADDRESS", takes + "; none: " + without);
  if (auto address = Address::Parse(text); !address.ok() && !text.empty())
    environment.Mistake("VEFA_REDIS_ADDRESS: " + address.error().message);
  return text;
}

}  // namespace vefa::redis
