/*
 * version.h - which covermirror this is.
 */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

#define COVERMIRROR_VERSION "0.1.0"

#endif
