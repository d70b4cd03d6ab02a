package org.opengis.temporal;

public enum RelativePosition { BEFORE, AFTER, BEGINS, ENDS, DURING, EQUALS, CONTAINS, OVERLAPS, MEETS, OVERLAPPED_BY, MET_BY, BEGUN_BY, ENDED_BY }
