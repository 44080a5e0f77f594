#pragma once

#include "libs/proof/checker.h"
#include "libs/rpc/time.h"
#include "services/contact/consent/jurisdiction.h"
#include "vefa/contact/v1/consent_profile.pb.h"
#include "vefa/contact/v1/consent_proof.pb.h"

// The records of a proof, and profiles of laws, for the contract.
namespace vefa::contact {

v1::ConsentEntry ToProto(const proof::Entry& entry);
v1::ConsentAnchor ToProto(const proof::SignedAnchor& anchor);
v1::ConsentClosing ToProto(const proof::SignedClosing& closing);
v1::ConsentProfile ToProto(const ConsentProfile& profile);

}  // namespace vefa::contact
