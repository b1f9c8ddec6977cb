// The reader and writer that flatc makes of tflite.fbs.
#pragma once

#include "tflite_generated.h"
