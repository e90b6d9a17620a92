% temtensile for MATLAB and GNU Octave
%
% Results
%   tt_load        - Results of temtensile: a results folder or its results.mat
%   tt_analyze     - Runs `temtensile analyze` on the description of a test and loads its results
%   tt_plot_curve  - Stress against strain with its band of uncertainty
%   tt_compare     - Several tests: their curves in one figure, their properties in one table
%   tt_show_frame  - A frame of the recording with the gauge on it, beside it the curve up to that frame
%   tt_frame       - One frame of a recording as a matrix of grey levels
%   tt_correlate   - Displacements and strains between two images, by `temtensile correlate`
%   tt_read_field  - Fields of displacement and strain that `temtensile correlate` left
%   tt_probe       - What a recording or a force log says of itself, by `temtensile probe`
%   tt_simulate    - A recording with known truth, by `temtensile simulate`
%   tt_film        - What other instruments say of a film, by `temtensile film`
%
% Eberl's correlation toolbox (grid_x.dat, validx.dat, ...)
%   tt_to_eberl    - Results as the marker positions of Eberl's correlation toolbox
%   tt_write_eberl - Writes the files of Eberl's correlation toolbox
%   tt_read_eberl  - Reads the files of Eberl's correlation toolbox
%
% Ncorr's saved analysis (data_dic_save)
%   tt_to_ncorr    - Fields of the program in the form of an analysis that Ncorr saved
%   tt_write_ncorr - Saves an analysis in the form in which Ncorr saves its own
%   tt_read_ncorr  - Reads an analysis that Ncorr (or tt_write_ncorr) saved
%   tt_ncorr_roi   - Makes Ncorr's region-of-interest objects of the structs that stand for them
%
% Demonstration
%   tt_demo        - From two samples to figures, tables and other toolboxes' files
%
% No toolbox is needed. MATLAB R2016b or later, GNU Octave 7 or later. Results
% count frames and pixels from 0; the formats of Eberl and Ncorr, and axes of
% images, count from 1. Functions that run the program find it by the
% environment variable TEMTENSILE or on the PATH.

% SPDX-License-Identifier: GPL-3.0-or-later
